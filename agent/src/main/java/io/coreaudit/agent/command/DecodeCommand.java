package io.coreaudit.agent.command;

import io.coreaudit.decode.DamagedLogException;
import io.coreaudit.decode.EventFilter;
import io.coreaudit.decode.LogDecoder;
import io.coreaudit.decode.RotatedSets;
import io.coreaudit.format.EcsEncoder;
import io.coreaudit.format.EventEncoder;
import io.coreaudit.format.FlatEncoder;
import io.coreaudit.format.OcsfEncoder;
import io.coreaudit.format.RawEncoder;
import io.coreaudit.format.RecordsEncoder;
import io.coreaudit.format.RedactingEncoder;
import io.coreaudit.interpret.AccountNames;
import io.coreaudit.origin.HostName;
import io.coreaudit.origin.OriginCollector;
import io.coreaudit.origin.OriginSources;
import io.coreaudit.record.RecordTypes;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Model.PositionalParamSpec;
import picocli.CommandLine.ParseResult;

/// `decode`: what a log of audit says, in any of the formats. Needs no agent and no privilege, and
/// asks nothing of the machine that it runs on but the files given.
final class DecodeCommand implements Command {
  private static final String STANDARD_INPUT = "-";
  private static final int LARGEST_ACCOUNTS = 64 << 20;

  private final OutputStream target;
  private final PrintStream err;

  /// Creates the command.
  ///
  /// @param target where events go; null: to the standard output that `run` is given
  DecodeCommand(OutputStream target, PrintStream err) {
    this.target = target;
    this.err = err;
  }

  static CommandSpec spec(PrintStream err) {
    CommandSpec spec =
        CommandLineInterface.command(
            new DecodeCommand(null, err),
            "The events of audit's logs: files, rotated sets (the oldest first, gzip too),"
                + " directories of them, or standard input, also while it grows.",
            "What happened to etcd in the last hour:",
            "  coreaudit decode --since -1h --key openshift_etcd /var/log/audit");
    option(spec, "--format", "records|ecs|raw|cef|leef|ocsf", "How events look (default: ecs).");
    many(spec, "--key", "K", "Events whose rule has this key; again for more.");
    many(spec, "--type", "T", "Events with a record of this type; again for more.");
    option(
        spec,
        "--since",
        "TIME",
        "Events from then on: RFC 3339 (without offset UTC), seconds of the epoch, or -1h.");
    option(spec, "--until", "TIME", "Events up to then.");
    option(spec, "--passwd", "FILE", "Names of users, of the host that wrote the log.");
    option(spec, "--group", "FILE", "Names of groups, likewise.");
    spec.addOption(
        OptionSpec.builder("--redact")
            .description("Masks secrets in the arguments of programs.")
            .build());
    spec.addOption(
        OptionSpec.builder("--verify")
            .description(
                "Shows no events: FILEs are ECS lines that a receiver has, in their order. Tells"
                    + " what is missing or was changed; 1 when anything is, or nothing is there.")
            .build());
    option(spec, "--node", "NAME", "With --verify: events of this node alone.");
    option(
        spec,
        "--sink",
        "NAME",
        "With --verify: what this sink was sent, where the agent has several; heartbeats say what"
            + " its filter leaves out.");
    ChainReport.withKeys(spec);
    return spec.addPositional(
        PositionalParamSpec.builder()
            .index("0..*")
            .arity("0..*")
            .paramLabel("FILE")
            .type(List.class)
            .auxiliaryTypes(String.class)
            .description("Logs; - or none: standard input.")
            .build());
  }

  private static void option(CommandSpec spec, String name, String label, String description) {
    spec.addOption(
        OptionSpec.builder(name)
            .paramLabel(label)
            .type(String.class)
            .description(description)
            .build());
  }

  private static void many(CommandSpec spec, String name, String label, String description) {
    spec.addOption(
        OptionSpec.builder(name)
            .paramLabel(label)
            .type(List.class)
            .auxiliaryTypes(String.class)
            .description(description)
            .build());
  }

  @Override
  public int run(ParseResult line, PrintStream out) throws Exception {
    if (line.hasMatchedOption("--verify")) {
      List<Path> files = files(line.matchedPositionalValue(0, List.of()));
      return new VerifyDelivered(out, err).run(line, files);
    }
    for (String option : List.of("--node", "--sink", "--public-key")) {
      if (line.hasMatchedOption(option)) {
        throw wrong(option + " goes with --verify");
      }
    }
    EventFilter filter = filter(line);
    EventEncoder encoder = encoder(line);
    List<String> arguments = line.matchedPositionalValue(0, List.of());
    List<Path> files = files(arguments);
    OutputStream events = target != null ? target : unbuffered(out);
    LogDecoder.Result result;
    boolean damaged = false;
    boolean asksOrigin = !(encoder instanceof RecordsEncoder || encoder instanceof RawEncoder);
    EventEncoder written =
        line.hasMatchedOption("--redact") ? new RedactingEncoder(encoder) : encoder;
    try (OriginCollector origin = asksOrigin ? origin(line) : null;
        LogDecoder decoder = new LogDecoder(filter, written, origin, events)) {
      DecodeProgress progress = new DecodeProgress(files, err);
      if (files.isEmpty()) {
        decoder.decodeStandardInput(progress);
      }
      for (Path file : files) {
        progress.begin(file);
        try {
          decoder.decode(file, progress);
        } catch (DamagedLogException e) {
          // The younger files of a rotated set are what is most asked for.
          damaged = true;
          progress.end();
          err.println("coreaudit: " + e.getMessage() + "; what is before that was read");
        }
      }
      result = decoder.finish();
      progress.end();
    } catch (IOException e) {
      if (isClosedPipe(e)) {
        return ExitStatus.DONE; // Whoever reads has seen enough (`| head`).
      }
      throw e;
    }
    int status = told(result);
    return damaged ? ExitStatus.REFUSED : status;
  }

  // Standard output itself: the stream in front of it would look at every byte.
  private static OutputStream unbuffered(PrintStream out) {
    return out == System.out ? new FileOutputStream(FileDescriptor.out) : out;
  }

  private static boolean isClosedPipe(IOException e) {
    return "Broken pipe".equals(e.getMessage());
  }

  private int told(LogDecoder.Result result) {
    if (result.noRecords() > 0) {
      err.println(
          "coreaudit: "
              + result.noRecords()
              + " of "
              + result.lines()
              + " lines are no records of audit and were left out");
    }
    if (result.tooLong() > 0) {
      err.println(
          "coreaudit: "
              + result.tooLong()
              + " lines are longer than "
              + LogDecoder.LONGEST_LINE
              + " bytes and were left out");
    }
    boolean nothing = result.lines() > 0 && result.noRecords() == result.lines();
    return nothing || result.tooLong() > 0 ? ExitStatus.FOUND_WRONG : ExitStatus.DONE;
  }

  private static List<Path> files(List<String> arguments) throws Exception {
    if (arguments.isEmpty() || arguments.equals(List.of(STANDARD_INPUT))) {
      return List.of();
    }
    List<Path> paths = new ArrayList<>();
    for (String argument : arguments) {
      if (argument.equals(STANDARD_INPUT)) {
        throw wrong("-: standard input is read alone, without files");
      }
      Path path = Path.of(argument);
      if (!Files.exists(path)) {
        throw new NoSuchFileException(argument);
      }
      paths.add(path);
    }
    List<Path> files = RotatedSets.inOrder(paths);
    if (files.isEmpty()) {
      throw wrong(String.join(" ", arguments) + ": no file *.log* in there");
    }
    return files;
  }

  private static EventEncoder encoder(ParseResult line) throws Exception {
    String format = line.matchedOptionValue("--format", "ecs");
    return switch (format) {
      case "records" -> new RecordsEncoder(accounts(line, "--passwd"), accounts(line, "--group"));
      case "ecs" -> new EcsEncoder(true);
      case "raw" -> new RawEncoder();
      case "cef" -> FlatEncoder.cef(Version.text());
      case "leef" -> FlatEncoder.leef(Version.text());
      case "ocsf" -> new OcsfEncoder(Version.text(), true);
      default ->
          throw wrong("--format=" + format + ": expected records, ecs, raw, cef, leef or ocsf");
    };
  }

  // What vanished is not asked for: only the log and the files given say who it was.
  private static OriginCollector origin(ParseResult line) throws Exception {
    List<Path> passwd = given(line, "--passwd");
    List<Path> group = given(line, "--group");
    return new OriginCollector(
        HostName.of(""), new io.coreaudit.origin.AccountNames(passwd, group), OriginSources.NONE);
  }

  private static List<Path> given(ParseResult line, String option) throws Exception {
    accounts(line, option);
    String file = line.matchedOptionValue(option, null);
    return file == null ? List.of() : List.of(Path.of(file));
  }

  private static AccountNames accounts(ParseResult line, String option) throws Exception {
    AccountNames names = new AccountNames();
    String file = line.matchedOptionValue(option, null);
    if (file != null) {
      Path path = Path.of(file);
      if (Files.size(path) > LARGEST_ACCOUNTS) {
        throw wrong(option + "=" + file + ": is larger than " + LARGEST_ACCOUNTS + " bytes");
      }
      names.add(Files.readAllBytes(path));
    }
    return names;
  }

  private static EventFilter filter(ParseResult line) throws CommandException {
    List<String> keys = line.matchedOptionValue("--key", List.of());
    List<String> names = line.matchedOptionValue("--type", List.of());
    int[] types = new int[names.size()];
    for (int i = 0; i < types.length; i++) {
      types[i] = RecordTypes.number(names.get(i).toUpperCase(Locale.ROOT));
      if (types[i] == RecordTypes.NO_NUMBER) {
        throw wrong(
            "--type="
                + names.get(i)
                + ": no such record type; expected a name such as SYSCALL or a number");
      }
    }
    Instant now = Instant.now();
    String since = line.matchedOptionValue("--since", null);
    String until = line.matchedOptionValue("--until", null);
    return new EventFilter(
        keys,
        types,
        since == null ? Long.MIN_VALUE : TimeArgument.millis("--since", since, now),
        until == null ? Long.MAX_VALUE : TimeArgument.millis("--until", until, now));
  }

  private static CommandException wrong(String message) {
    return new CommandException(ExitStatus.WRONG_USAGE, message, null);
  }
}
