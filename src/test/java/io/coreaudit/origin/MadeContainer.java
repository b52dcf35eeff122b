package io.coreaudit.origin;

import io.coreaudit.kernel.Pages;
import io.coreaudit.memory.Memory;
import java.nio.charset.StandardCharsets;

/// A container as the origin of an event has it, for tests of who counts by it.
public final class MadeContainer implements AutoCloseable {
  private final Pages pages = Pages.allocate(Membership.BYTES + Membership.ID_LENGTH);

  /// @param digit of which its id is made
  public MadeContainer(char digit) {
    this(String.valueOf(digit).repeat(Membership.ID_LENGTH));
  }

  /// @param id 64 hexadecimal digits
  public MadeContainer(String id) {
    long text = pages.address() + Membership.BYTES;
    byte[] bytes = id.getBytes(StandardCharsets.US_ASCII);
    Memory.copy(bytes, 0, text, bytes.length);
    Membership.clear(pages.address());
    Membership.container(pages.address(), text, ContainerRuntime.CRIO);
  }

  /// As `OriginCollector.container` says it.
  public long address() {
    return pages.address();
  }

  @Override
  public void close() {
    pages.close();
  }
}
