package io.coreaudit.netlink;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// The table of netlink sockets as kernels print it.
final class NetlinkTableTest {
  private static final String HEAD =
      "sk               Eth Pid        Groups   Rmem     Wmem     Dump  Locks    Drops    Inode\n";

  // The room for a path in the table is small, as the paths of /proc are.
  private Path file;

  @BeforeEach
  void create() throws IOException {
    file = Files.createTempFile(Path.of("/tmp"), "netlink", "");
  }

  @AfterEach
  void delete() throws IOException {
    Files.delete(file);
  }

  private static String line(long drops, long inode) {
    return String.format(
        "00000000f2da23b0 9   %-10d 00000001 %-8d 0        0     2        %-8d %-8d\n",
        4711, 212992, drops, inode);
  }

  private long drops(String table, long inode) throws IOException {
    Files.writeString(file, table);
    return NetlinkTable.drops(file.toString(), inode);
  }

  @Test
  void shouldFindASocketByItsInode() throws IOException {
    String table = HEAD + line(3, 100) + line(365_010, 4_294_967_295L) + line(0, 102);
    assertThat(drops(table, 100)).isEqualTo(3);
    assertThat(drops(table, 4_294_967_295L)).isEqualTo(365_010);
    assertThat(drops(table, 102)).isZero();
    assertThat(drops(table, 10)).isEqualTo(NetlinkTable.NOT_LISTED);
    assertThat(drops("", 10)).isEqualTo(NetlinkTable.NOT_LISTED);
  }

  @Test
  void shouldReadACounterThatWentNegative() throws IOException {
    assertThat(drops(HEAD + line(-1, 7), 7)).isEqualTo(0xFFFFFFFFL);
  }

  @Test
  void shouldReadATableLongerThanItsBuffer() throws IOException {
    StringBuilder table = new StringBuilder(HEAD);
    for (int i = 1; i <= 3000; i++) {
      table.append(line(2L * i, i));
    }
    for (int inode : new int[] {1, 345, 346, 347, 2999, 3000}) {
      assertThat(drops(table.toString(), inode)).isEqualTo(2L * inode);
    }
  }

  @Test
  void shouldPassOverLinesThatAreNone() throws IOException {
    assertThat(drops("\n \nx\n" + HEAD + "a b c d e f g h x 7\n", 7)).isEqualTo(-1);
    assertThat(drops("z".repeat(40_000), 7)).isEqualTo(NetlinkTable.UNREADABLE);
  }

  @Test
  void shouldSayThatItCannotRead() {
    assertThat(NetlinkTable.drops("/no/such/table", 1)).isEqualTo(NetlinkTable.UNREADABLE);
    assertThat(NetlinkTable.drops("/proc", 1)).isEqualTo(NetlinkTable.UNREADABLE);
    NetlinkTable table = new NetlinkTable("/proc/net/netlink");
    assertThat(table.drops(-7)).isNotEqualTo(NetlinkTable.UNREADABLE);
    table.close();
    assertThat(table.drops(1)).isEqualTo(NetlinkTable.UNREADABLE);
  }
}
