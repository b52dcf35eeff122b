package io.coreaudit.watch;

import io.coreaudit.kernel.AuditConstants;
import io.coreaudit.rule.Condition;
import io.coreaudit.rule.Operator;
import io.coreaudit.rule.Rule;
import io.coreaudit.rule.RuleAction;
import io.coreaudit.rule.RuleField;
import io.coreaudit.rule.RuleList;
import io.coreaudit.rule.SyscallSet;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;

/// A program whose own reads of secrets are not recorded: the kubelet reads each secret again and
/// again. Only as the service that it is: user 0, nobody logged in, started by process 1. The same
/// program run from a login session is seen, and so it is in a container that has the host's
/// `/usr`: there it would run whatever code the pod gives it (LD_PRELOAD). The kernel compares the
/// parent's number as the host counts it, and whose parent ends in a container falls to that
/// container's first process, or to the monitor before it.
///
/// @param anchor the directory that the secrets are attached to
/// @param program the program's file
record ReaderClaim(Path anchor, Path program, String key) implements Claim {
  private static final int SYSTEMD = 1;

  @Override
  public Watch.Kind kind() {
    return Watch.Kind.READER;
  }

  @Override
  public String name() {
    return program.toString();
  }

  @Override
  public boolean mayBeAbsent() {
    return true;
  }

  @Override
  public boolean absent() {
    return !Files.exists(program, LinkOption.NOFOLLOW_LINKS);
  }

  @Override
  public List<Path> places() {
    return List.of(anchor, program);
  }

  @Override
  public Wish look() {
    Sight directory = AnchorClaim.stand(anchor, key);
    Sight file = Sight.of(program, key);
    if (!directory.watchable() || !file.watchable()) {
      return Wish.none(directory.watchable() ? file.reason() : directory.reason());
    }
    Rule rule =
        new Rule(
            RuleList.EXIT,
            RuleAction.NEVER,
            new SyscallSet.Every(),
            List.of(
                new Condition.Text(RuleField.DIR, Operator.EQUAL, directory.rule().path()),
                new Condition.Text(RuleField.EXE, Operator.EQUAL, file.rule().path()),
                new Condition.Access(Operator.EQUAL, AuditConstants.AUDIT_PERM_READ),
                new Condition.Number(
                    RuleField.AUID, Operator.EQUAL, AuditConstants.AUDIT_UID_UNSET),
                new Condition.Number(RuleField.UID, Operator.EQUAL, 0),
                new Condition.Number(RuleField.PPID, Operator.EQUAL, SYSTEMD)));
    return new Wish(List.of(rule.data()), Set.of(), List.of(directory, file), null, null);
  }
}
