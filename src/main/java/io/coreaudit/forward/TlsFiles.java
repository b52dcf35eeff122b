package io.coreaudit.forward;

import io.netty.handler.ssl.ClientAuth;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslProvider;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
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
/// wrong with a file is told by an `IOException` whose message begins with the key in the
/// configuration and is meant for `status` as it is.
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
        .trustManager(certificates(settings.key() + ".ca", settings.ca()))
        .clientAuth(ClientAuth.REQUIRE)
        .sslProvider(SslProvider.JDK)
        .protocols(VERSIONS)
        .build();
  }

  static SslContext context(TlsSettings settings) throws IOException {
    SslContextBuilder builder =
        SslContextBuilder.forClient().sslProvider(SslProvider.JDK).protocols(VERSIONS);
    if (settings.ca() != null) {
      builder.trustManager(certificates(settings.key() + ".ca", settings.ca()));
    }
    if (settings.certificate() != null) {
      builder.keyManager(key(settings), chain(settings));
    }
    // verified by the JDK's trust manager, with the server's certificate chain
    builder.endpointIdentificationAlgorithm("HTTPS");
    return builder.build();
  }

  private static X509Certificate[] chain(TlsSettings settings) throws IOException {
    String key = settings.key() + ".certificate";
    X509Certificate[] chain = certificates(key, settings.certificate());
    try {
      chain[0].checkValidity();
    } catch (CertificateExpiredException e) {
      throw new IOException(
          key
              + ": "
              + settings.certificate()
              + ": expired on "
              + chain[0].getNotAfter().toInstant());
    } catch (CertificateNotYetValidException e) {
      throw new IOException(
          key
              + ": "
              + settings.certificate()
              + ": not valid before "
              + chain[0].getNotBefore().toInstant()
              + "; is the clock right?");
    }
    if (!fits(key(settings), chain[0].getPublicKey())) {
      throw new IOException(
          settings.key()
              + ".key: "
              + settings.privateKey()
              + ": is not the key of the first certificate in "
              + settings.certificate());
    }
    return chain;
  }

  private static X509Certificate[] certificates(String key, Path path) throws IOException {
    try {
      var found =
          CertificateFactory.getInstance("X.509")
              .generateCertificates(new ByteArrayInputStream(read(key, path)));
      if (found.isEmpty()) {
        throw new IOException(key + ": " + path + ": holds no certificate");
      }
      return found.toArray(X509Certificate[]::new);
    } catch (CertificateException e) {
      throw new IOException(key + ": " + path + ": not a PEM file of certificates", e);
    }
  }

  private static PrivateKey key(TlsSettings settings) throws IOException {
    String key = settings.key() + ".key";
    Path path = settings.privateKey();
    Matcher pem = PEM.matcher(new String(read(key, path), StandardCharsets.ISO_8859_1));
    if (!pem.find()) {
      throw new IOException(key + ": " + path + ": holds no PEM private key");
    }
    String text = pem.group(2);
    String form = pem.group(1) + (text.contains(ENCRYPTED) ? " in an old encryption" : "");
    return switch (form) {
      case "PRIVATE KEY" -> plainKey(key, path, new PKCS8EncodedKeySpec(der(key, path, text)));
      case "RSA PRIVATE KEY" ->
          plainKey(key, path, new PKCS8EncodedKeySpec(Pkcs8.ofRsa(der(key, path, text))));
      case "EC PRIVATE KEY" ->
          plainKey(key, path, new PKCS8EncodedKeySpec(ofEc(key, path, der(key, path, text))));
      case "ENCRYPTED PRIVATE KEY" ->
          plainKey(
              key, path, decrypted(key, path, der(key, path, text), settings.keyPasswordFile()));
      default ->
          throw new IOException(
              key
                  + ": "
                  + path
                  + ": a "
                  + form
                  + ", not PKCS#8; convert it: openssl pkcs8 -topk8 -nocrypt -in "
                  + path
                  + " -out NEW");
    };
  }

  private static byte[] ofEc(String key, Path path, byte[] der) throws IOException {
    try {
      return Pkcs8.ofEc(der);
    } catch (IOException e) {
      throw new IOException(key + ": " + path + ": " + e.getMessage(), e);
    }
  }

  private static byte[] der(String key, Path path, String base64) throws IOException {
    try {
      return Base64.getMimeDecoder().decode(base64);
    } catch (IllegalArgumentException e) {
      throw new IOException(key + ": " + path + ": not valid base64", e);
    }
  }

  private static PKCS8EncodedKeySpec decrypted(String key, Path path, byte[] der, Path passwordFile)
      throws IOException {
    char[] password = password(key, path, passwordFile);
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
      throw new IOException(key + ": " + path + ": the password does not open it", e);
    } finally {
      spec.clearPassword();
      java.util.Arrays.fill(password, '\0');
    }
  }

  private static char[] password(String key, Path path, Path file) throws IOException {
    if (file == null) {
      throw new IOException(key + ": " + path + ": is encrypted, and no password is given");
    }
    return new String(read(key + "_password_file", file), StandardCharsets.UTF_8)
        .lines()
        .findFirst()
        .orElse("")
        .toCharArray();
  }

  private static PrivateKey plainKey(String key, Path path, PKCS8EncodedKeySpec spec)
      throws IOException {
    for (String algorithm : KEY_ALGORITHMS) {
      try {
        return KeyFactory.getInstance(algorithm).generatePrivate(spec);
      } catch (GeneralSecurityException e) {
        continue; // another algorithm's key
      }
    }
    throw new IOException(key + ": " + path + ": neither an RSA, EC nor Ed25519 key");
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

  private static byte[] read(String key, Path path) throws IOException {
    try {
      return Files.readAllBytes(path);
    } catch (NoSuchFileException e) {
      throw new IOException(key + ": " + path + ": no such file", e);
    } catch (AccessDeniedException e) {
      throw new IOException(key + ": " + path + ": may not be read by this process", e);
    } catch (IOException e) {
      throw new IOException(key + ": " + path + ": " + e.getMessage(), e);
    }
  }
}
