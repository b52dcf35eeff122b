package io.coreaudit.agent.http;

import io.coreaudit.agent.http.Answers.Answer;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpObject;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.util.concurrent.Future;
import java.io.IOException;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Answers the one request of a connection and closes it; also when request and answer are not
/// through in time.
///
/// One request a connection, because answers that nobody reads would pile up: any process of the
/// host can connect.
final class RequestHandler extends SimpleChannelInboundHandler<HttpObject> {
  private static final Logger LOG = LoggerFactory.getLogger(RequestHandler.class);

  private final Answers answers;
  private final long requestMillis;
  private Future<?> deadline;
  private HttpRequest request;
  private boolean closing;

  RequestHandler(Answers answers, long requestMillis) {
    this.answers = answers;
    this.requestMillis = requestMillis;
  }

  @Override
  public void channelActive(ChannelHandlerContext context) {
    armDeadline(context);
  }

  @Override
  public void channelInactive(ChannelHandlerContext context) {
    deadline.cancel(false);
  }

  @Override
  protected void channelRead0(ChannelHandlerContext context, HttpObject part) {
    if (closing) {
      return;
    }
    if (part.decoderResult().isFailure()) {
      refuse(context, HttpResponseStatus.BAD_REQUEST, "not a request that is understood here\n");
      return;
    }
    if (part instanceof HttpRequest begun) {
      if (!begun.method().equals(HttpMethod.GET) && !begun.method().equals(HttpMethod.HEAD)) {
        refuse(context, HttpResponseStatus.METHOD_NOT_ALLOWED, "only GET and HEAD\n");
        return;
      }
      request = begun;
    }
    if (request != null && part instanceof HttpContent content && content.content().isReadable()) {
      refuse(context, HttpResponseStatus.REQUEST_ENTITY_TOO_LARGE, "no body is taken here\n");
      return;
    }
    if (request != null && part instanceof LastHttpContent) {
      HttpRequest whole = request;
      request = null;
      answer(context, whole);
    }
  }

  private void answer(ChannelHandlerContext context, HttpRequest whole) {
    Answer answer;
    try {
      String uri = whole.uri();
      int query = uri.indexOf('?');
      answer =
          answers.answer(
              query < 0 ? uri : uri.substring(0, query),
              whole.headers().get(HttpHeaderNames.ACCEPT),
              context.alloc());
    } catch (IOException | RuntimeException e) {
      LOG.warn("cannot answer {}", whole.uri(), e);
      answer =
          Answers.plain(
              HttpResponseStatus.INTERNAL_SERVER_ERROR,
              "failed; the agent's log says why\n",
              context.alloc());
    }
    send(context, answer, whole.method().equals(HttpMethod.HEAD));
  }

  private void refuse(ChannelHandlerContext context, HttpResponseStatus status, String text) {
    request = null;
    send(context, Answers.plain(status, text, context.alloc()), false);
  }

  private void send(ChannelHandlerContext context, Answer answer, boolean head) {
    int length = answer.body().readableBytes();
    if (head) {
      answer.body().release();
    }
    DefaultFullHttpResponse response =
        new DefaultFullHttpResponse(
            HttpVersion.HTTP_1_1, answer.status(), head ? Unpooled.EMPTY_BUFFER : answer.body());
    response
        .headers()
        .set(HttpHeaderNames.CONTENT_TYPE, answer.contentType())
        .set(HttpHeaderNames.CONTENT_LENGTH, length)
        .set(HttpHeaderNames.CACHE_CONTROL, "no-store")
        .set("X-Content-Type-Options", "nosniff");
    if (answer.status().equals(HttpResponseStatus.METHOD_NOT_ALLOWED)) {
      response.headers().set(HttpHeaderNames.ALLOW, "GET, HEAD");
    }
    response.headers().set(HttpHeaderNames.CONNECTION, "close");
    // What still comes is not read as another request.
    closing = true;
    context.writeAndFlush(response).addListener(_ -> context.close());
  }

  private void armDeadline(ChannelHandlerContext context) {
    deadline =
        context.executor().schedule(() -> context.close(), requestMillis, TimeUnit.MILLISECONDS);
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
    LOG.debug("connection given up", cause);
    context.close();
  }
}
