package io.coreaudit.interpret;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/// What was typed at a terminal: `"ls",<ret>`. Text in quotes, keys by their names.
///
/// A key is what some terminal sends for it; where several keys begin alike the longest is meant.
final class TtyText {
  // Name, and what terminals send for it (terminfo). Of sequences that several terminals send for
  // different keys, the key that libauparse takes.
  private static final String KEYS =
      """
      backspace \010 \177
      F13 \033[11;2~ \033[25~ \033O2P \23325~ \033[Y
      F49 \033[11;3~ \033O3P
      F61 \033[11;4~ \033O4P
      F25 \033[11;5~ \033[13^ \033O5P \033[k
      F37 \033[11;6~ \033[28^ \033O6P \033[w
      F14 \033[12;2~ \033[26~ \033O2Q \23326~
      F50 \033[12;3~ \033O3Q
      F62 \033[12;4~ \033O4Q
      F26 \033[12;5~ \033[14^ \033O5Q \033[l
      F38 \033[12;6~ \033[215z \033[29^ \033O6Q \033[x
      F15 \033[13;2~ \033[28~ \033O2R \23328~ \033[a
      F51 \033[13;3~ \033O3R
      F63 \033[13;4~ \033O4R
      F27 \033[13;5~ \033[15^ \033O5R \033[m
      F39 \033[13;6~ \033[31^ \033O6R \033[y
      F16 \033[14;2~ \033[29~ \033O2S \23329~ \033[b
      F52 \033[14;3~ \033O3S
      F28 \033[14;5~ \033[17^ \033O5S \033[n
      F40 \033[14;6~ \033[217z \033[32^ \033O6S \033[z
      F17 \033[15;2~ \033[198z \033[31~ \23331~
      F53 \033[15;3~
      F29 \033[15;5~ \033[18^ \033[o
      F41 \033[15;6~ \033[33^ \033[@
      F18 \033[17;2~ \033[199z \033[32~ \23332~
      F54 \033[17;3~
      F30 \033[17;5~ \033[19^ \033[p
      F42 \033[17;6~ \033[219z \033[34^ \033[[
      F19 \033[18;2~ \033[33~ \23333~ \033[e
      F55 \033[18;3~
      F31 \033[18;5~ \033[208z \033[20^ \033[q
      F43 \033[18;6~ \033[23@ \033[\\
      F20 \033[19;2~ \033[201z \033[34~ \23334~ \033[f
      F56 \033[19;3~
      F32 \033[19;5~ \033[209z \033[21^ \033[r
      F44 \033[19;6~ \033[221z \033[24@ \033[]
      F21 \033[20;2~ \033[23$ \033[g
      F57 \033[20;3~
      F33 \033[20;5~ \033[210z \033[23^ \033[s
      F45 \033[20;6~ \033[^
      F22 \033[21;2~ \033[24$ \033[h
      F58 \033[21;3~
      F34 \033[21;5~ \033[211z \033[24^ \033[t
      F46 \033[21;6~ \033[_
      F23 \033[23;2~ \033[11^ \033[i
      F59 \033[23;3~
      F35 \033[23;5~ \033[212z \033[25^ \033[u
      F47 \033[23;6~ \033[`
      F24 \033[24;2~ \033[12^ \033[j
      F60 \033[24;3~
      F36 \033[24;5~ \033[213z \033[26^ \033[v
      F48 \033[24;6~ \033[{
      scroll-backward \033O1;2A \033[1;2A \033O2A
      scroll-forward \033O1;2B \033[1;2B \033O2B
      shift-right \033O1;2C \033[1;2C \033O2C \033O5C \033[c
      shift-left \033O1;2D \033[1;2D \033O2D \033O5D \033[d
      F11 \033[192z \033[234z \033[23~ \23323~ \033OZ \033[W
      resume \033[193z
      options \033[194z
      undo \033[195z
      help \033[196z
      copy \033[197z
      shift-end \033[1;2F \033O5F \033[8$
      shift-home \033[1;2H \033O5H \033[7$
      find \033[200z
      home \033[214z \033[1~ \033[7~ \033OH \033[H \2331~ \033h
      page-up \033[216z \033[5~ \033[I \2335~ \033T
      B2 \033[218z \033OE \033Or \033Ou \033[E \033[G \217y
      end \033[220z \033[4~ \033[8~ \033OF \033[F \2334~ \033F
      page-down \033[222z \033[6~ \2336~ \033S
      F1 \033[224z \033[11~ \033[[A \23311~ \033OP \033p
      F2 \033[225z \033[12~ \033[[B \23312~ \033OQ \033[N \033q
      F3 \033[226z \033[13~ \033[[C \23313~ \033OR \033[O \033r
      F4 \033[227z \033[14~ \033[[D \23314~ \033OS \033[P \033s
      F5 \033[228z \033[15~ \033[[E \23315~ \033OT \033Ot \033[Q \033t
      F6 \033[229z \033[17~ \23317~ \033OU \033[R \033u
      F7 \033[230z \033[18~ \23318~ \033OV \033Ov \033[S \033v
      F8 \033[231z \033[19~ \23319~ \033OW \033Ol \033[T \033w
      F9 \033[232z \033[20~ \23320~ \033OX \033[U
      F10 \033[233z \033[21~ \23321~ \033OY \033Ox \033[V
      F12 \033[235z \033[24~ \23324~ \033O[ \033[X
      shift-insert \033[2;2~ \033[2;5~ \033[2$ \0332$
      shift-del \033[3;2~ \033[3;5~ \033[3$
      shift-previous \033[5;2~ \033[5;5~ \033[5$
      shift-next \033[6;2~ \033[6;5~ \033[6$
      insert-line \033[30~
      insert \033[2z \033[2~ \033[L \2332~ \033Q
      delete \033[3z \033[3~ \033[9 \2333~ \033P
      delete-eol \033[8^
      mouse \033[>M \033[M \233M
      up \033OA \033[A \033A \217A
      down \033OB \033[B \033B \217B
      right \033OC \033[C \033C \217C
      left \033OD \033[D \033D \217D
      send \033OM \217M
      C3 \033On \033Os \217s
      C1 \033Op \033Oq \217q
      A1 \033Ow \217w
      A3 \033Oy \217u
      back-tab \033[Z \233Z
      clear \033J
      begin \217E
      esc \033
      """;

  private static final byte[][] SEQUENCES;
  private static final byte[][] NAMES;

  static {
    record Key(byte[] sequence, byte[] name) {}
    List<Key> keys = new ArrayList<>();
    for (String line : KEYS.split("\n\s*")) {
      String[] words = line.split(" ");
      for (int i = 1; i < words.length; i++) {
        keys.add(new Key(bytes(words[i]), bytes(words[0])));
      }
    }
    keys.add(new Key(bytes("\t"), bytes("tab")));
    keys.add(new Key(bytes("\n"), bytes("nl")));
    keys.add(new Key(bytes("\r"), bytes("ret")));
    keys.add(new Key(bytes("\033\t"), bytes("back-tab")));
    for (char control = 1; control <= 26; control++) {
      if ("\b\t\n\r".indexOf(control) < 0) {
        keys.add(new Key(bytes("" + control), bytes("^" + (char) (control + '@'))));
      }
    }
    keys.sort(Comparator.comparingInt(key -> -key.sequence.length));
    SEQUENCES = keys.stream().map(Key::sequence).toArray(byte[][]::new);
    NAMES = keys.stream().map(Key::name).toArray(byte[][]::new);
  }

  private TtyText() {}

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.ISO_8859_1);
  }

  /// Puts what hexadecimal says was typed; another value as it is.
  static void put(Interpretation out, long value, int length, Interpretation typed) {
    if (length < 2 || !EscapedText.isHex(value, length)) {
      out.put(value, length);
      return;
    }
    typed.clear();
    EscapedText.putHex(typed, value, length);
    byte[] bytes = typed.array();
    int end = typed.length();
    boolean quoted = false;
    int at = 0;
    while (at < end) {
      int key = key(bytes, at, end);
      if (key >= 0) {
        if (quoted) {
          out.put('"');
          quoted = false;
        }
        if (at > 0) {
          out.put(',');
        }
        out.put('<');
        out.put(NAMES[key]);
        out.put('>');
        at += SEQUENCES[key].length;
      } else {
        if (!quoted) {
          if (at > 0) {
            out.put(',');
          }
          out.put('"');
          quoted = true;
        }
        putByte(out, bytes[at++] & 0xff);
      }
    }
    if (quoted) {
      out.put('"');
    }
  }

  private static int key(byte[] bytes, int at, int end) {
    int first = bytes[at] & 0xff;
    if (first >= ' ' && (first < 0x7f || first >= 0xa0)) {
      return -1;
    }
    for (int key = 0; key < SEQUENCES.length; key++) {
      if (begins(SEQUENCES[key], bytes, at, end)) {
        return key;
      }
    }
    return -1;
  }

  private static boolean begins(byte[] sequence, byte[] bytes, int at, int end) {
    if (sequence.length > end - at) {
      return false;
    }
    for (int i = 0; i < sequence.length; i++) {
      if (sequence[i] != bytes[at + i]) {
        return false;
      }
    }
    return true;
  }

  private static void putByte(Interpretation out, int value) {
    if (value < 0x20 || value > 0x7e) {
      out.put('\\');
      out.putBits(value, 3, 3);
    } else {
      if (value == '\\' || value == '"') {
        out.put('\\');
      }
      out.put(value);
    }
  }
}
