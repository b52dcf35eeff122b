package io.coreaudit.interpret;

import io.coreaudit.memory.Memory;
import io.coreaudit.record.RecordType;
import java.lang.foreign.Arena;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/// Time of one record's fields, found and interpreted.
///
/// | Bench | Measures | Fixture |
/// |---|---|---|
/// | scan | a bare look for blanks and equals signs | a SYSCALL record of 300 bytes |
/// | fields | all fields as libauparse has them | the same |
/// | interpret | these, and what each means | the same |
///
/// Recipe: `src/bench/jmh.sh InterpreterBench -f 1 -wi 3 -i 5 -prof gc`.
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class InterpreterBench {
  private static final String RECORD =
      "audit(1795321989.984:3022): arch=c000003e syscall=257 success=yes exit=3 a0=ffffff9c"
          + " a1=7ffd1c3e7f2a a2=0 a3=0 items=1 ppid=2436 pid=2489 auid=4294967295 uid=0 gid=0"
          + " euid=0 suid=0 fsuid=0 egid=0 sgid=0 fsgid=0 tty=pts0 ses=4294967295 comm=\"cat\""
          + " exe=\"/usr/bin/cat\" subj=system_u:system_r:container_t:s0 key=\"secret\"";
  private static final int FIELDS = 27;

  private final Arena arena = Arena.ofAuto();
  private final RecordFields fields = new RecordFields();
  private final Interpreter interpreter = new Interpreter(new AccountNames(), new AccountNames());
  private final Interpretation meaning = new Interpretation();
  private long text;
  private int length;

  /// Checks the answers before the time.
  @Setup
  public void makeRecord() {
    byte[] bytes = RECORD.getBytes(StandardCharsets.US_ASCII);
    text = arena.allocateFrom(ValueLayout.JAVA_BYTE, bytes).address();
    length = bytes.length;
    String answers = scan() + " " + fields() + " " + interpret();
    if (!answers.equals("52 27 108")) {
      throw new IllegalStateException("the record is not what it was: " + answers);
    }
  }

  /// Looks at every byte, and counts delimiters.
  @Benchmark
  public int scan() {
    int found = 0;
    for (int i = 0; i < length; i++) {
      byte b = Memory.byteAt(text + i);
      if (b == ' ' || b == '=') {
        found++;
      }
    }
    return found;
  }

  /// Finds the fields.
  @Benchmark
  public int fields() {
    fields.read(RecordType.SYSCALL, text, length, 0);
    return fields.count();
  }

  /// Finds the fields and says what each means.
  @Benchmark
  public int interpret() {
    fields.read(RecordType.SYSCALL, text, length, 0);
    interpreter.begin();
    int bytes = 0;
    for (int n = 0; n < FIELDS; n++) {
      if (interpreter.interpret(meaning, fields, n, fields.kind(n))) {
        bytes += meaning.length();
      }
    }
    return bytes;
  }
}
