package io.coreaudit.format;

import io.coreaudit.memory.Memory;
import io.coreaudit.record.FieldIndex;
import io.coreaudit.record.RecordType;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.Map;

/// Which class and activity of OCSF each action is. For one thread.
///
/// An action that the table does not name is of the class of its first category, with its own name
/// for the activity; a system call, one of the kernel's.
final class OcsfActivities {
  /// class | activity_id and its name in the schema; 99: the action's own | actions
  static final String TABLE =
      """
      FILE | 1 Create | created-directory created-node linked-file symlinked-file
      FILE | 2 Read | read-file listed-directory exported-data
      FILE | 3 Update | wrote-file truncated-file
      FILE | 4 Delete | deleted-file deleted-directory
      FILE | 5 Rename | renamed-file
      FILE | 6 Set Attributes | changed-file-times changed-file-attributes
      FILE | 7 Set Security | changed-file-permissions changed-file-ownership
      FILE | 8 Get Attributes | checked-file read-file-attributes
      FILE | 14 Open | opened-file
      FILE | 99 Other | watched-files named-file measured-file
      EXTENSION | 1 Load | loaded-kernel-module
      EXTENSION | 2 Unload | unloaded-kernel-module
      EXTENSION | 99 Other | named-kernel-module
      MEMORY | 9 Map View | mapped-memory
      PROCESS | 1 Launch | executed ran-command
      PROCESS | 2 Terminate | ended-process crashed-program
      PROCESS | 3 Open | traced-process
      PROCESS | 4 Inject | wrote-process-memory
      PROCESS | 5 Set User ID | changed-process-identity
      PROCESS | 99 Other | started-process sent-signal changed-process-capabilities changed-process-settings entered-namespace changed-root changed-directory used-userfaultfd changed-landlock-domain typed-on-terminal named-process
      LOG | 5 Rotate | rotated-audit-log
      LOG | 6 Start | started-audit-daemon started-audit start
      LOG | 7 Stop | stopped-audit-daemon aborted-audit-daemon stop
      LOG | 9 Enable | resumed-audit-logging
      LOG | 99 Other | changed-audit-config changed-audit-feature changed-audit-daemon-config failed-audit-daemon joined-audit-stream left-audit-stream gap heartbeat summary watch drift
      ACCOUNT | 1 Create | added-user-account
      ACCOUNT | 3 Password Change | changed-password
      ACCOUNT | 6 Delete | deleted-user-account
      ACCOUNT | 7 Attach Policy | assigned-role
      ACCOUNT | 8 Detach Policy | removed-role
      ACCOUNT | 9 Lock | locked-user-account
      ACCOUNT | 12 Unlock | unlocked-user-account
      ACCOUNT | 99 Other | modified-user-account changed-user-id changed-role modified-role
      AUTHENTICATION | 1 Logon | logged-in logged-in-crypto-officer
      AUTHENTICATION | 2 Logoff | logged-out ended-session logged-out-crypto-officer
      AUTHENTICATION | 99 Other | authenticated authorized-login failed-account-check changed-login-id
      SESSION | 1 Assign Privileges | acquired-credentials refreshed-credentials started-session
      SESSION | 2 Assign Groups | changed-group-id
      SESSION | 99 Other | disposed-credentials
      GROUP | 5 Delete | deleted-group-account
      GROUP | 6 Create | added-group-account
      GROUP | 99 Other | modified-group-account changed-group-password
      NETWORK | 1 Open | connected-to accepted-connection accepted-audit-client
      NETWORK | 2 Close | closed-audit-client
      NETWORK | 6 Traffic | sent-to received-from saw-packet
      NETWORK | 7 Listen | listened-on-socket
      LIFECYCLE | 1 Install | created-machine
      LIFECYCLE | 2 Remove | destroyed-machine
      LIFECYCLE | 3 Start | started-service migrated-machine-in
      LIFECYCLE | 4 Stop | stopped-service migrated-machine-out
      LIFECYCLE | 8 Update | updated-software
      LIFECYCLE | 99 Other | controlled-machine changed-machine-resource labeled-machine checked-machine-integrity
      BASE | 99 Other | reported-by-kernel sent-message reported-by-trusted-application ended-event
      """;

  private static final Map<String, OcsfActivity> BY_ACTION = new HashMap<>();

  static {
    for (String line : TABLE.lines().toList()) {
      String[] columns = line.split(" \\| ");
      String[] activity = columns[1].split(" ", 2);
      OcsfClass type = OcsfClass.valueOf(columns[0]);
      int id = Integer.parseInt(activity[0]);
      for (String action : columns[2].split(" ")) {
        BY_ACTION.put(
            action,
            id == 99 ? OcsfActivity.other(type, action) : new OcsfActivity(type, id, activity[1]));
      }
    }
  }

  private static final OcsfActivity CREATED = new OcsfActivity(OcsfClass.FILE, 1, "Create");
  private static final OcsfActivity UPDATED = new OcsfActivity(OcsfClass.FILE, 3, "Update");
  private static final OcsfActivity RENAMED = BY_ACTION.get("renamed-file");
  private static final OcsfActivity OPENED = BY_ACTION.get("opened-file");
  private static final OcsfActivity INSTALLED = new OcsfActivity(OcsfClass.LIFECYCLE, 1, "Install");
  private static final OcsfActivity REMOVED = new OcsfActivity(OcsfClass.LIFECYCLE, 2, "Remove");
  private static final OcsfActivity CHANGED_SOFTWARE = BY_ACTION.get("updated-software");
  private static final OcsfActivity FOUND = new OcsfActivity(OcsfClass.FINDING, 1, "Create");

  private static final OcsfActivity SIGNALLED = BY_ACTION.get("sent-signal");
  private static final OcsfActivity TRACED = BY_ACTION.get("traced-process");
  private static final OcsfActivity INJECTED = BY_ACTION.get("wrote-process-memory");
  private static final OcsfActivity CHANGED_USER = BY_ACTION.get("changed-process-identity");
  private static final OcsfActivity CHANGED_GROUPS =
      OcsfActivity.other(OcsfClass.PROCESS, "changed-process-identity");
  private static final OcsfActivity MODIFIED_PAGE =
      new OcsfActivity(OcsfClass.MEMORY, 2, "Modify Page");
  private static final OcsfActivity CHANGED_AUDIT = BY_ACTION.get("changed-audit-config");
  private static final OcsfActivity ENABLED = new OcsfActivity(OcsfClass.LOG, 9, "Enable");
  private static final OcsfActivity DISABLED = new OcsfActivity(OcsfClass.LOG, 10, "Disable");
  private static final OcsfActivity ADDED_MEMBER = new OcsfActivity(OcsfClass.GROUP, 3, "Add User");
  private static final OcsfActivity REMOVED_MEMBER =
      new OcsfActivity(OcsfClass.GROUP, 4, "Remove User");
  private static final OcsfActivity FAILED = new OcsfActivity(OcsfClass.NETWORK, 4, "Fail");
  private static final OcsfActivity REFUSED = new OcsfActivity(OcsfClass.NETWORK, 5, "Refuse");
  private static final int OPEN = 1;

  private static final int AUDIT_ENABLED = Field.number("audit_enabled");
  private static final byte[] USER_ID = EventAction.bytes("uid");
  private static final byte[] PROTECT = EventAction.bytes("mprotect");
  private static final byte[] ADD = EventAction.bytes("add-user");
  private static final byte[] DELETE = EventAction.bytes("delete-user");
  private static final byte[] REMOVE = EventAction.bytes("remove-user");
  private static final long CONNECTION_REFUSED = -111; // ECONNREFUSED
  private static final long IN_PROGRESS = -115; // EINPROGRESS: it may still come about

  /// A system call, of which nothing more can be said.
  static final OcsfActivity INVOKED = new OcsfActivity(OcsfClass.KERNEL, 4, "Invoke");

  // At most one for each action that there is, and they are as many as the tables have.
  private final Map<EventAction, OcsfActivity> known = new IdentityHashMap<>();

  /// What an event of audit is.
  OcsfActivity of(EventView event, EventMeaning meaning) {
    OcsfActivity activity = of(meaning.action());
    return switch (activity.type) {
      case FILE -> activity == OPENED ? ofOpen(meaning) : activity;
      case LIFECYCLE -> activity == CHANGED_SOFTWARE ? ofSoftware(meaning) : activity;
      case LOG -> activity == CHANGED_AUDIT ? ofAudit(event) : activity;
      case ACCOUNT, GROUP -> ofMember(event, activity);
      case NETWORK ->
          activity.id == OPEN && meaning.outcome() == EventMeaning.FAILURE
              ? ofFailure(meaning, activity)
              : activity;
      case PROCESS ->
          activity == CHANGED_USER && !isCall(USER_ID, event, meaning) ? CHANGED_GROUPS : activity;
      case MEMORY -> isCall(PROTECT, event, meaning) ? MODIFIED_PAGE : activity;
      default -> activity;
    };
  }

  /// Whether a file has another name now.
  static boolean isRename(OcsfActivity activity) {
    return activity == RENAMED;
  }

  /// Whether it is done to another process, which a record must name: the calls that only have its
  /// number among their arguments would else tell of the caller.
  static boolean isToAnother(OcsfActivity activity) {
    return activity == SIGNALLED || activity == TRACED || activity == INJECTED;
  }

  private static OcsfActivity ofOpen(EventMeaning meaning) {
    return meaning.creates() ? CREATED : meaning.changes() ? UPDATED : OPENED;
  }

  private static OcsfActivity ofSoftware(EventMeaning meaning) {
    return meaning.installs() ? INSTALLED : meaning.deletes() ? REMOVED : CHANGED_SOFTWARE;
  }

  private static OcsfActivity ofAudit(EventView event) {
    int place = event.find(AUDIT_ENABLED, false);
    if (place < 0) {
      return CHANGED_AUDIT;
    }
    FieldIndex fields = event.tellingFields();
    long enabled = FieldWalk.decimal(fields.valueAddress(place), fields.valueLength(place), -1);
    return enabled == 0 ? DISABLED : enabled > 0 ? ENABLED : CHANGED_AUDIT;
  }

  // Somebody who comes to a group or goes; programs tell it as a change of either.
  private static OcsfActivity ofMember(EventView event, OcsfActivity activity) {
    int type = event.tellingType();
    if (type != RecordType.GRP_MGMT && type != RecordType.USER_MGMT
        || !event.has(Field.GRP)
        || !event.has(Field.ACCT)) {
      return activity;
    }
    if (isOperation(ADD, event)) {
      return ADDED_MEMBER;
    }
    return isOperation(DELETE, event) || isOperation(REMOVE, event) ? REMOVED_MEMBER : activity;
  }

  private static boolean isOperation(byte[] word, EventView event) {
    return Memory.startsWith(event.value(Field.OP), event.length(Field.OP), word);
  }

  private static OcsfActivity ofFailure(EventMeaning meaning, OcsfActivity activity) {
    long exit = meaning.exit(0);
    return exit == CONNECTION_REFUSED ? REFUSED : exit == IN_PROGRESS ? activity : FAILED;
  }

  private static boolean isCall(byte[] part, EventView event, EventMeaning meaning) {
    byte[] call = EcsCall.name(event, meaning);
    if (call == null) {
      return false;
    }
    for (int from = 0; from + part.length <= call.length; from++) {
      if (Arrays.equals(call, from, from + part.length, part, 0, part.length)) {
        return true;
      }
    }
    return false;
  }

  /// What an action is.
  OcsfActivity of(EventAction action) {
    OcsfActivity activity = known.get(action);
    if (activity == null) {
      activity = find(action);
      known.put(action, activity);
    }
    return activity;
  }

  private static OcsfActivity find(EventAction action) {
    String name = new String(action.action, StandardCharsets.UTF_8);
    OcsfActivity named = BY_ACTION.get(name);
    if (named != null) {
      return named;
    }
    String categories = new String(action.categoryNames, StandardCharsets.UTF_8);
    return switch (categories.split(",")[0]) {
      case "intrusion_detection" -> FOUND;
      case "iam" -> OcsfActivity.other(OcsfClass.ACCOUNT, name);
      case "authentication" -> OcsfActivity.other(OcsfClass.AUTHENTICATION, name);
      case "session" -> OcsfActivity.other(OcsfClass.SESSION, name);
      case "file" -> OcsfActivity.other(OcsfClass.FILE, name);
      case "network" -> OcsfActivity.other(OcsfClass.NETWORK, name);
      case "package" -> OcsfActivity.other(OcsfClass.LIFECYCLE, name);
      case "process", "host", "configuration", "driver" ->
          OcsfActivity.other(OcsfClass.KERNEL, name);
      default -> OcsfActivity.other(OcsfClass.BASE, name);
    };
  }
}
