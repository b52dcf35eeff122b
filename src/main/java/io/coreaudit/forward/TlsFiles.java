package io.coreaudit.forward;

import io.netty.handler.ssl.ClientAuth;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslProvider;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.Signature;
import java.security.cert.CertificateException;
import java.security.cert.CertificateExpiredException;
import java.security.cert.CertificateFactory;
import java.security.cert.CertificateNotYetValidException;
import java.security.cert.X509Certificate;
import java.security.interfaces.ECPublicKey;
import java.security.interfaces.RSAPublicKey;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Base64;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.crypto.Cipher;
import javax.crypto.EncryptedPrivateKeyInfo;
import javax.crypto.SecretKeyFactory;
import javax.crypto.spec.PBEKeySpec;

/// Makes a TLS context of the files that the settings name.
///
/// They are read for each context anew: certificates are renewed under a running agent. What is
/// wrong with a file is told as a `NamedFile` does.
public final class TlsFiles {
  private static final Pattern PEM =
      Pattern.compile(
          "-----BEGIN ([A-Z0-9 ]*PRIVATE KEY)-----(.*?)-----END \\1-----", Pattern.DOTALL);
  private static final String ENCRYPTED = "Proc-Type: 4,ENCRYPTED";
  private static final String[] VERSIONS = {"TLSv1.3", "TLSv1.2"};
  private static final String[] KEY_ALGORITHMS = {"RSA", "EC", "EdDSA", "RSASSA-PSS"};

  private TlsFiles() {}

  /// What a listener shows, and whose certificates it takes: a client without one is refused.
  ///
  /// @param settings with a CA, a certificate and a key
  public static SslContext server(TlsSettings settings) throws IOException {
    return SslContextBuilder.forServer(key(settings), chain(settings))
        .trustManager(certificates(settings.caFile()))
        .clientAuth(ClientAuth.REQUIRE)
        .sslProvider(SslProvider.JDK)
        .protocols(VERSIONS)
        .build();
  }

  static SslContext context(TlsSettings settings) throws IOException {
    SslContextBuilder builder =
        SslContextBuilder.forClient().sslProvider(SslProvider.JDK).protocols(VERSIONS);
    if (settings.ca() != null) {
      builder.trustManager(certificates(settings.caFile()));
    }
    if (settings.certificate() != null) {
      builder.keyManager(key(settings), chain(settings));
    }
    // verified by the JDK's trust manager, with the server's certificate chain
    builder.endpointIdentificationAlgorithm("HTTPS");
    return builder.build();
  }

  private static X509Certificate[] chain(TlsSettings settings) throws IOException {
    NamedFile file = settings.certificateFile();
    X509Certificate[] chain = certificates(file);
    try {
      chain[0].checkValidity();
    } catch (CertificateExpiredException e) {
      throw file.fault("expired on " + chain[0].getNotAfter().toInstant());
    } catch (CertificateNotYetValidException e) {
      throw file.fault(
          "not valid before " + chain[0].getNotBefore().toInstant() + "; is the clock right?");
    }
    if (!fits(key(settings), chain[0].getPublicKey())) {
      throw settings
          .privateKeyFile()
          .fault("is not the key of the first certificate in " + settings.certificate());
    }
    return chain;
  }

  private static X509Certificate[] certificates(NamedFile file) throws IOException {
    try {
      var found =
          CertificateFactory.getInstance("X.509")
              .generateCertificates(new ByteArrayInputStream(file.read()));
      if (found.isEmpty()) {
        throw file.fault("holds no certificate");
      }
      return found.toArray(X509Certificate[]::new);
    } catch (CertificateException e) {
      throw file.fault("not a PEM file of certificates", e);
    }
  }

  private static PrivateKey key(TlsSettings settings) throws IOException {
    NamedFile file = settings.privateKeyFile();
    Matcher pem = PEM.matcher(new String(file.read(), StandardCharsets.ISO_8859_1));
    if (!pem.find()) {
      throw file.fault("holds no PEM private key");
    }
    String text = pem.group(2);
    String form = pem.group(1) + (text.contains(ENCRYPTED) ? " in an old encryption" : "");
    return switch (form) {
      case "PRIVATE KEY" -> plainKey(file, new PKCS8EncodedKeySpec(der(file, text)));
      case "RSA PRIVATE KEY" ->
          plainKey(file, new PKCS8EncodedKeySpec(Pkcs8.ofRsa(der(file, text))));
      case "EC PRIVATE KEY" -> plainKey(file, new PKCS8EncodedKeySpec(ofEc(file, der(file, text))));
      case "ENCRYPTED PRIVATE KEY" ->
          plainKey(file, decrypted(file, der(file, text), password(settings)));
      default ->
          throw file.fault(
              "a "
                  + form
                  + ", not PKCS#8; convert it: openssl pkcs8 -topk8 -nocrypt -in "
                  + file.path()
                  + " -out NEW");
    };
  }

  private static byte[] ofEc(NamedFile file, byte[] der) throws IOException {
    try {
      return Pkcs8.ofEc(der);
    } catch (IOException e) {
      throw file.fault(e.getMessage(), e);
    }
  }

  private static byte[] der(NamedFile file, String base64) throws IOException {
    try {
      return Base64.getMimeDecoder().decode(base64);
    } catch (IllegalArgumentException e) {
      throw file.fault("not valid base64", e);
    }
  }

  private static PKCS8EncodedKeySpec decrypted(NamedFile file, byte[] der, char[] password)
      throws IOException {
    var spec = new PBEKeySpec(password);
    try {
      var info = new EncryptedPrivateKeyInfo(der);
      // PBES2 stands for many ciphers; its parameters print as the name of the one
      String algorithm =
          info.getAlgName().equals("PBES2") || info.getAlgName().equals("1.2.840.113549.1.5.13")
              ? info.getAlgParameters().toString()
              : info.getAlgName();
      Cipher cipher = Cipher.getInstance(algorithm);
      cipher.init(
          Cipher.DECRYPT_MODE,
          SecretKeyFactory.getInstance(algorithm).generateSecret(spec),
          info.getAlgParameters());
      return info.getKeySpec(cipher);
    } catch (GeneralSecurityException e) {
      throw file.fault("the password does not open it", e);
    } finally {
      spec.clearPassword();
      java.util.Arrays.fill(password, '\0');
    }
  }

  private static char[] password(TlsSettings settings) throws IOException {
    if (settings.keyPasswordFile() == null) {
      throw settings.privateKeyFile().fault("is encrypted, and no password is given");
    }
    return settings.passwordFile().firstLine().toCharArray();
  }

  private static PrivateKey plainKey(NamedFile file, PKCS8EncodedKeySpec spec) throws IOException {
    for (String algorithm : KEY_ALGORITHMS) {
      try {
        return KeyFactory.getInstance(algorithm).generatePrivate(spec);
      } catch (GeneralSecurityException e) {
        continue; // another algorithm's key
      }
    }
    throw file.fault("neither an RSA, EC nor Ed25519 key");
  }

  private static boolean fits(PrivateKey ours, PublicKey theirs) {
    String algorithm =
        switch (theirs) {
          case RSAPublicKey rsa -> rsa.getAlgorithm().equals("RSA") ? "SHA256withRSA" : null;
          case ECPublicKey ec -> "SHA256withECDSA";
          default -> theirs.getAlgorithm().equals("EdDSA") ? "EdDSA" : null;
        };
    if (algorithm == null) {
      return true; // a kind that we cannot try; the server will
    }
    try {
      byte[] sample = {1, 2, 3};
      Signature signature = Signature.getInstance(algorithm);
      signature.initSign(ours);
      signature.update(sample);
      byte[] signed = signature.sign();
      signature.initVerify(theirs);
      signature.update(sample);
      return signature.verify(signed);
    } catch (GeneralSecurityException e) {
      return false;
    }
  }
}
