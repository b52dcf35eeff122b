package io.coreaudit.kernel;

import static io.coreaudit.kernel.LinuxConstants.AF_UNIX;
import static io.coreaudit.kernel.LinuxConstants.FALLOC_FL_KEEP_SIZE;
import static io.coreaudit.kernel.LinuxConstants.MAP_ANONYMOUS;
import static io.coreaudit.kernel.LinuxConstants.MAP_PRIVATE;
import static io.coreaudit.kernel.LinuxConstants.MSG_DONTWAIT;
import static io.coreaudit.kernel.LinuxConstants.O_CREAT;
import static io.coreaudit.kernel.LinuxConstants.O_RDONLY;
import static io.coreaudit.kernel.LinuxConstants.O_RDWR;
import static io.coreaudit.kernel.LinuxConstants.POLLIN;
import static io.coreaudit.kernel.LinuxConstants.POLLNVAL;
import static io.coreaudit.kernel.LinuxConstants.SOCK_DGRAM;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.jna.Native;
import io.coreaudit.memory.Memory;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The bindings against the running kernel, which needs no rights for any of this.
final class LibCTest {
  @Test
  void shouldSetThePriorityOfOneThread() throws Exception {
    int before = nice(LibC.gettid());
    int[] niceOf = new int[2];
    Thread low =
        new Thread(
            () -> {
              niceOf[0] = LibC.setpriority(LinuxConstants.PRIO_PROCESS, LibC.gettid(), before + 7);
              niceOf[1] = nice(LibC.gettid());
            });
    low.start();
    low.join();
    assertThat(niceOf).containsExactly(0, Math.min(19, before + 7));
    assertThat(nice(LibC.gettid())).isEqualTo(before);
  }

  private static int nice(int thread) {
    try {
      String stat = Files.readString(Path.of("/proc/self/task/" + thread + "/stat"));
      return Integer.parseInt(stat.substring(stat.lastIndexOf(')') + 2).split(" ")[16]);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Test
  void shouldAnswerWithErrnoBelowZero() {
    assertThat(LibC.close(-1)).isEqualTo(-Errno.EBADF);
    assertThat(LibC.open("/no/such/file", O_RDONLY, 0)).isEqualTo(-Errno.ENOENT);
    assertThat(LibC.socket(-1, 0, 0)).isEqualTo(-Errno.EAFNOSUPPORT);
    assertThat(LibC.read(-1, 0, 0)).isEqualTo(-Errno.EBADF);
    assertThat(LibC.mmap(0, 0, 0, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0)).isEqualTo(-Errno.EINVAL);
  }

  @Test
  void shouldKnowProcessAndThread() throws InterruptedException {
    assertThat(LibC.getpid()).isEqualTo((int) ProcessHandle.current().pid());
    int[] other = new int[1];
    Thread thread = new Thread(() -> other[0] = LibC.gettid());
    thread.start();
    thread.join();
    assertThat(other[0]).isPositive().isNotEqualTo(LibC.gettid());
  }

  @Test
  void shouldWriteAllocateAndReadAFile(@TempDir Path folder) throws IOException {
    Path file = folder.resolve("é file");
    int fd = LibC.open(file.toString(), O_RDWR | O_CREAT, 0600);
    assertThat(fd).isPositive();
    try (Pages pages = Pages.allocate(1)) {
      byte[] text = "spooled".getBytes(StandardCharsets.US_ASCII);
      Memory.copy(text, 0, pages.address(), text.length);
      assertThat(LibC.write(fd, pages.address(), text.length)).isEqualTo(text.length);
      assertThat(LibC.fallocate(fd, FALLOC_FL_KEEP_SIZE, 0, 1 << 20)).isZero();
      assertThat(LibC.close(fd)).isZero();
      assertThat(Files.readString(file)).isEqualTo("spooled");
      int again = LibC.open(file.toString(), O_RDONLY, 0);
      assertThat(LibC.read(again, pages.address() + 100, 100)).isEqualTo(text.length);
      assertThat(Memory.byteAt(pages.address() + 106)).isEqualTo((byte) 'd');
      assertThat(LibC.close(again)).isZero();
    }
  }

  @Test
  void shouldKeepTheBoundsOfDatagrams() {
    try (Pages pages = Pages.allocate(4096)) {
      long at = pages.address();
      assertThat(LibC.socketpair(AF_UNIX, SOCK_DGRAM, 0, at)).isZero();
      int left = Memory.intAt(at);
      int right = Memory.intAt(at + 4);
      assertThat(LibC.recvfrom(right, at, 100, MSG_DONTWAIT, 0, 0)).isEqualTo(-Errno.EAGAIN);
      assertThat(LibC.sendto(left, at, 3, 0, 0, 0)).isEqualTo(3);
      assertThat(LibC.sendto(left, at, 5, 0, 0, 0)).isEqualTo(5);
      assertThat(LibC.recvfrom(right, at, 100, MSG_DONTWAIT, 0, 0)).isEqualTo(3);
      assertThat(LibC.recvfrom(right, at, 100, MSG_DONTWAIT, 0, 0)).isEqualTo(5);
      LibC.close(left);
      LibC.close(right);
    }
  }

  @Test
  void shouldWakeAWaitingThread() throws InterruptedException {
    try (EventFd wake = new EventFd();
        Poll poll = new Poll(2)) {
      int place = poll.add(wake.fd(), POLLIN);
      int bad = poll.add(1_000_000, POLLIN);
      assertThat(poll.await(0)).isEqualTo(1);
      assertThat(poll.revents(bad)).isEqualTo(POLLNVAL);
      poll.change(bad, -1, 0);
      assertThat(poll.await(10)).isZero();
      assertThat(wake.drain()).isFalse();
      Thread thread = new Thread(wake::signal);
      thread.start();
      assertThat(poll.await(10_000)).isEqualTo(1);
      assertThat(poll.readable(place)).isTrue();
      thread.join();
      wake.signal();
      assertThat(wake.drain()).isTrue();
      assertThat(wake.drain()).isFalse();
      assertThatThrownBy(() -> poll.add(0, POLLIN)).hasMessageContaining("capacity=2");
    }
  }

  @Test
  void shouldSignalNobodyOnceClosed() {
    EventFd wake = new EventFd();
    wake.close();
    wake.signal();
    wake.close();
    assertThat(LibC.close(wake.fd())).isEqualTo(-Errno.EBADF);
  }

  @Test
  void shouldTakeNoRoomUntilWritten() throws IOException {
    try (Pages pages = Pages.allocate(256 << 20)) {
      long before = residentBytes();
      assertThat(Memory.longAt(pages.address() + pages.sizeBytes() - 8)).isZero();
      assertThat(residentBytes() - before).isLessThan(64 << 20);
      Memory.fill(pages.address(), pages.sizeBytes(), (byte) 1);
      assertThat(residentBytes() - before).isGreaterThan(192 << 20);
    }
    assertThat(Pages.allocate(4097).sizeBytes()).isEqualTo(8192);
    assertThatThrownBy(() -> Pages.allocate(0)).hasMessageContaining("bytes=0");
    assertThatThrownBy(() -> Pages.allocate(1L << 60))
        .isInstanceOf(KernelException.class)
        .hasMessageContaining("ENOMEM (12), Cannot allocate memory: give the process more");
  }

  private static long residentBytes() throws IOException {
    return Long.parseLong(Files.readString(Path.of("/proc/self/statm")).split(" ")[1]) * 4096;
  }

  @Test
  void shouldAllocateNothingOnTheHeap() {
    com.sun.management.ThreadMXBean threads =
        (com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean();
    try (EventFd wake = new EventFd();
        Poll poll = new Poll(1)) {
      poll.add(wake.fd(), POLLIN);
      long before = 0;
      int ready = 0;
      for (int i = 0; i < 30_000; i++) {
        if (i == 20_000) {
          before = threads.getCurrentThreadAllocatedBytes();
        }
        wake.signal();
        ready += poll.await(0);
        wake.drain();
        ready += LibC.close(-1) == -Errno.EBADF ? 1 : 0;
      }
      assertThat(threads.getCurrentThreadAllocatedBytes() - before).isLessThan(10_000);
      assertThat(ready).isEqualTo(60_000);
    }
  }

  @Test
  void shouldNameCallErrnoAndRemedy() {
    KernelException refused = new KernelException("bind", -Errno.EPERM, "become root");
    assertThat(refused)
        .hasMessage("bind: EPERM (1), Operation not permitted: become root")
        .extracting(KernelException::errno, KernelException::text, KernelException::remedy)
        .isEqualTo(List.of(Errno.EPERM, "Operation not permitted", "become root"));
    assertThat(Errno.describe(4711)).isEqualTo("E? (4711), unknown error");
    assertThat(KernelException.checked("x", 3)).isEqualTo(3);
    assertThatThrownBy(() -> KernelException.checked("x", -2L)).hasMessageStartingWith("x: ENOENT");
  }

  /// Prints the process id the way the product would learn it.
  static final class Main {
    private Main() {}

    public static void main(String[] args) {
      System.out.print(LibC.getpid());
    }
  }

  @Test
  void shouldRunFromAnUnpackedLibraryAndANakedHome(@TempDir Path folder) throws Exception {
    String arch = System.getProperty("os.arch").equals("aarch64") ? "aarch64" : "x86-64";
    String name = "/com/sun/jna/linux-" + arch + "/libjnidispatch.so";
    try (InputStream library = Native.class.getResourceAsStream(name)) {
      Files.copy(library, folder.resolve("libjnidispatch.so"));
    }
    Process process =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xshare:auto",
                "-XX:TieredStopAtLevel=1",
                "--enable-native-access=ALL-UNNAMED",
                "-Djna.boot.library.path=" + folder,
                "-Djna.nosys=true",
                "-Djna.nounpack=true",
                "-Djna.noclasspath=true",
                "-Djava.io.tmpdir=/proc",
                "-Duser.home=/no/such/folder",
                "-cp",
                System.getProperty("java.class.path"),
                Main.class.getName())
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.US_ASCII);
    assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
    assertThat(output).isEqualTo(String.valueOf(process.pid()));
  }

  @Test
  void shouldMakeNoIoUringWithoutParameters() {
    assertThat(LibC.io_uring_setup(0, 0)).isIn(-Errno.EFAULT, -Errno.EPERM, -Errno.ENOSYS);
  }
}
