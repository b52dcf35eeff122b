package io.coreaudit.origin;

import static org.assertj.core.api.Assertions.assertThat;

import io.coreaudit.memory.Memory;
import java.lang.foreign.Arena;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class CgroupTextTest {
  private static final String A =
      "5eed917563583925ffdbd40a64efb2aaffe58638e57add8becaf460fe74f5b1c";
  private static final String B = "0123456789abcdef".repeat(4);
  private static final String UID = "a5c1f8d5_1919_434d_add7_4afaafdaef89";
  private static final String STATIC = "8bb37e95cba9472a9c8d953e1eee4354";
  private static final String BURSTABLE =
      "/kubepods.slice/kubepods-burstable.slice/kubepods-burstable-pod";

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          0::/                                              | host
          0::/init.scope                                    | host
          0::/system.slice/crio.service                     | host
          0::/user.slice/user-0.slice/session-1.scope       | host
          0::@P/crio-@A.scope                               | 1 @A @D
          0::/../..@P/crio-@A.scope                         | 1 @A @D
          0::@P/crio-@A.scope/container                     | 1 @A @D
          0::@P/crio-@A.scope/container/exec                | 1 @A @D
          0::@P/crio-@A                                     | 1 @A @D
          0::@P/crio-@A.scope (deleted)                     | 1 @A @D
          0::@P/crio-@A.scope/system.slice/libpod-@B.scope  | 1 @A @D
          0::@P/crio-@A.scope@P/docker-@B.scope             | 1 @A @D
          0::@P/crio-conmon-@A.scope                        | monitor @D
          0::@P                                             | pod @D
          0::@P/crio-short.scope                            | pod @D
          0::@P/cri-containerd-@A.scope                     | 2 @A @D
          0::@P/docker-@A.scope                             | 3 @A @D
          0::@P/@A                                          | 0 @A @D
          0::/kubepods.slice/kubepods-pod@U.slice/crio-@A.scope | 1 @A @D
          0::/kubepods.slice/kubepods-besteffort.slice/kubepods-besteffort-pod@S.slice/crio-@A.scope | 1 @A @S
          13:freezer:@P/crio-@A.scope;1:name=systemd:/      | 1 @A @D
          13:freezer:/;1:name=systemd:@P/crio-@A.scope      | 1 @A @D
          4:cpu,cpuacct:/;0::@P/crio-@A.scope               | 1 @A @D
          13:freezer:@P;0::/machine.slice/libpod-@A.scope   | 4 @A
          0::/kubepods/burstable/pod@D/crio-@A              | 1 @A @D
          0::/kubepods/pod@S/@A                             | 0 @A @S
          0::/docker/@A                                     | 3 @A
          0::/docker/@A/kubelet/kubepods/pod@S/@B           | 3 @A
          0::/system.slice/docker-@A.scope                  | 3 @A
          0::/machine.slice/libpod-@A.scope/container       | 4 @A
          0::/machine.slice/libpod-conmon-@A.scope          | monitor
          0::/libpod_parent/libpod-@A                       | 4 @A
          0::/libpod_parent/conmon                          | host
          0::/a/crio-@Aa.scope                              | host
          0::/kubepods.slice/kubepods-pod.slice/x           | host
          0::/kubepods.slice/kubepods-podzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzz.slice | host
          0::/user.slice/user-1000.slice/user@1000.service/app.slice/crio-@A.scope | host
          0::/user.slice/user-1000.slice/user@1000.service/kubepods.slice/kubepods-pod@U.slice | host
          0::/user.slice/user-1000.slice/user@1000.service/kubepods.slice/kubepods-pod@U.slice/crio-@A.scope | host
          0::/user.slice/user-1000.slice/user@1000.service/kubepods/pod@D/@A | host
          0::/user.slice/user-1000.slice/user@1000.service/user.slice/libpod-@A.scope/container | 4 @A of a user
          0::/user.slice/user-1000.slice/user@1000.service/pod@D/docker-@A.scope | 3 @A of a user
          0::/user.slice/user-1000.slice/user@1000.service/user.slice/libpod-conmon-@A.scope | host
          0::/../../../user.slice/user-1000.slice/crio-@A.scope | host
          0::/system.slice/some.service/crio-@A.scope       | host
          0::/system.slice/some.scope/docker/@A             | host
          0::/system.slice/some.service/docker-@A.scope     | 3 @A of a user
          13:memory:/user.slice;1:name=systemd:/user.slice/user@7.service/libpod-@A.scope | 4 @A of a user
          13:memory:@P/crio-@A.scope;1:name=systemd:/user.slice/user@7.service/libpod-@B.scope | 1 @A @D
          13:memory:/user.slice/libpod-@B.scope;1:name=systemd:@P/crio-@A.scope | 1 @A @D
          0::/my.slice/my-kubepods.slice/kubepods-pod@U.slice/crio-@A.scope | 1 @A @D
          0::@P/inner.slice/kubepods-pod@S.slice/x          | pod @D
          0::@P/pod@S/crio-@A.scope                         | 1 @A @D
          nothing                                           | host
          """)
  void shouldTellWhereAProcessBelongs(String text, String expected) {
    String lines = fill(text).replace(';', '\n');
    assertThat(read(lines + "\n")).isEqualTo(fill(expected));
    assertThat(read(lines)).as("without a line's end").isEqualTo(fill(expected));
  }

  private static String fill(String text) {
    return text.replace("@P", BURSTABLE + UID + ".slice")
        .replace("@A", A)
        .replace("@B", B)
        .replace("@U", UID)
        .replace("@D", UID.replace('_', '-'))
        .replace("@S", STATIC);
  }

  @Test
  void shouldReadAnything() {
    for (String text :
        new String[] {"", ":", "::", "::/", "\n\n", "0::crio-", "0::/crio-" + A.substring(1)}) {
      assertThat(read(text)).isEqualTo("host");
    }
  }

  private static String read(String text) {
    try (Arena arena = Arena.ofConfined()) {
      byte[] bytes = text.getBytes(StandardCharsets.US_ASCII);
      long from = arena.allocate(bytes.length + 8).address();
      long to = arena.allocate(Membership.BYTES, 8).address();
      Memory.copy(bytes, 0, from, bytes.length);
      new CgroupText().read(from, bytes.length, to);
      String uid = text(Membership.uid(to), Membership.uidLength(to));
      return switch (Membership.kind(to)) {
        case Membership.HOST -> "host";
        case Membership.MONITOR -> ("monitor " + uid).strip();
        case Membership.POD -> "pod " + uid;
        case Membership.CONTAINER ->
            (Membership.runtime(to)
                    + " "
                    + text(to, Membership.ID_LENGTH)
                    + " "
                    + uid
                    + (Membership.isOfUser(to) ? "of a user" : ""))
                .strip();
        default -> "unknown";
      };
    }
  }

  private static String text(long address, int length) {
    byte[] bytes = new byte[length];
    Memory.copy(address, bytes, 0, length);
    return new String(bytes, StandardCharsets.US_ASCII);
  }
}
