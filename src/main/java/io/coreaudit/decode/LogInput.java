package io.coreaudit.decode;

import static io.coreaudit.kernel.LinuxConstants.POLLIN;

import io.coreaudit.kernel.Poll;
import java.io.EOFException;
import java.io.FileDescriptor;
import java.io.FileInputStream;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.PushbackInputStream;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.ReadableByteChannel;
import java.nio.file.Path;
import java.util.zip.GZIPInputStream;
import java.util.zip.ZipException;

/// The bytes of one log, gunzipped where they begin as gzip does.
public final class LogInput implements AutoCloseable {
  private static final int MAGIC_1 = 0x1f;
  private static final int MAGIC_2 = 0x8b;
  private static final int STANDARD_INPUT = 0;
  private static final int GZIP_BUFFER = 64 << 10;

  private final String name;
  private final FileInputStream file;
  private ReadableByteChannel bytes; // null: to be unzipped from its first read on
  private final boolean zipped;
  private final byte[] begin;
  private int begun;
  private final boolean standard;
  private long taken;

  private LogInput(FileInputStream file, String name, boolean standard) throws IOException {
    this.name = name;
    this.standard = standard;
    this.file = file;
    // A pipe may give one byte only: then that is what the log begins with.
    byte[] two = file.readNBytes(2);
    zipped = two.length == 2 && (two[0] & 0xff) == MAGIC_1 && (two[1] & 0xff) == MAGIC_2;
    begin = zipped ? new byte[0] : two;
    bytes = zipped ? null : file.getChannel();
  }

  private InputStream unzipped() throws IOException {
    byte[] magic = {(byte) MAGIC_1, (byte) MAGIC_2};
    PushbackInputStream whole = new PushbackInputStream(new Counted(file), magic.length);
    taken = magic.length;
    whole.unread(magic);
    return new GZIPInputStream(whole, GZIP_BUFFER);
  }

  // Counts what is taken of a compressed input.
  private final class Counted extends FilterInputStream {
    Counted(InputStream in) {
      super(in);
    }

    @Override
    public int read() throws IOException {
      int read = super.read();
      taken += read < 0 ? 0 : 1;
      return read;
    }

    @Override
    public int read(byte[] to, int offset, int length) throws IOException {
      int read = super.read(to, offset, length);
      taken += Math.max(0, read);
      return read;
    }
  }

  /// Opens a file.
  public static LogInput open(Path path) throws IOException {
    FileInputStream file = new FileInputStream(path.toFile());
    try {
      return new LogInput(file, path.toString(), false);
    } catch (IOException | RuntimeException e) {
      file.close();
      throw e;
    }
  }

  private static DamagedLogException damaged(String name, IOException how) {
    return new DamagedLogException(
        "%s: the gzip data is cut or damaged (%s)"
            .formatted(name, how.getMessage() == null ? "it ends early" : how.getMessage()),
        how);
  }

  static LogInput standard() throws IOException {
    return standard(new FileInputStream(FileDescriptor.in));
  }

  /// What is given as standard input.
  static LogInput standard(FileInputStream given) throws IOException {
    return new LogInput(given, "standard input", true);
  }

  /// Reads what is there, waiting until something is; -1 at the end.
  int read(ByteBuffer to) throws IOException {
    if (begun < begin.length) {
      to.put(begin);
      begun = begin.length;
      taken += begun;
      return begin.length;
    }
    try {
      if (bytes == null) {
        bytes = Channels.newChannel(unzipped());
      }
      int read = bytes.read(to);
      taken += zipped ? 0 : Math.max(0, read);
      return read;
    } catch (EOFException | ZipException damaged) {
      throw damaged(name, damaged);
    }
  }

  /// Waits until there is more to read, or the end; false: nothing came.
  boolean hasMore(int millis) {
    if (zipped) {
      return true; // What was gunzipped already is not to be seen here.
    }
    try (Poll readable = new Poll(1)) {
      readable.add(STANDARD_INPUT, POLLIN);
      return readable.await(millis) != 0;
    }
  }

  /// How much was read, before it was unpacked: of a file as it lies on disk; of standard input,
  /// which may be a pipe, as it was given.
  long position() throws IOException {
    return standard ? taken : file.getChannel().position();
  }

  @Override
  public void close() throws IOException {
    file.close();
  }
}
