package io.coreaudit.agent.http;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.ssl.SslHandler;
import io.netty.handler.ssl.SslHandshakeCompletionEvent;
import io.netty.util.ReferenceCountUtil;
import java.security.cert.X509Certificate;
import java.util.Set;
import javax.naming.InvalidNameException;
import javax.naming.ldap.LdapName;
import javax.naming.ldap.Rdn;
import javax.net.ssl.SSLPeerUnverifiedException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Lets in a client whose certificate has one of some names; behind the TLS handler, which has
/// checked who vouches for it. What a client sends before that is not read. Of one connection.
final class ClientNames extends ChannelInboundHandlerAdapter {
  private static final Logger LOG = LoggerFactory.getLogger(ClientNames.class);

  private final Set<String> names;
  private boolean in;

  /// @param names common names; empty: all
  ClientNames(Set<String> names) {
    this.names = names;
  }

  @Override
  public void userEventTriggered(ChannelHandlerContext context, Object event) {
    if (event instanceof SslHandshakeCompletionEvent done && done.isSuccess()) {
      in = letIn(context);
      if (!in) {
        context.close();
      }
    }
    context.fireUserEventTriggered(event);
  }

  @Override
  public void channelRead(ChannelHandlerContext context, Object message) {
    if (in) {
      context.fireChannelRead(message);
    } else {
      ReferenceCountUtil.release(message);
    }
  }

  private boolean letIn(ChannelHandlerContext context) {
    if (names.isEmpty()) {
      return true;
    }
    try {
      var session = context.pipeline().get(SslHandler.class).engine().getSession();
      String name = commonName((X509Certificate) session.getPeerCertificates()[0]);
      if (names.contains(name)) {
        return true;
      }
      LOG.debug("metrics.clients does not name {}", name);
    } catch (SSLPeerUnverifiedException | InvalidNameException e) {
      LOG.debug("a client without a name", e);
    }
    return false;
  }

  private static String commonName(X509Certificate certificate) throws InvalidNameException {
    for (Rdn part : new LdapName(certificate.getSubjectX500Principal().getName()).getRdns()) {
      if (part.getType().equalsIgnoreCase("CN")) {
        return part.getValue().toString();
      }
    }
    return "";
  }
}
