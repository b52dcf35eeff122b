package io.coreaudit.agent;

import io.coreaudit.agent.config.InputConfig;
import io.coreaudit.event.AssemblerMode;
import io.coreaudit.intake.Input;
import io.coreaudit.intake.LineInput;
import io.coreaudit.intake.NetlinkInput;
import io.coreaudit.netlink.AuditReceiver;

/// Makes the one input that the configuration names.
final class Inputs {
  private static final int STDIN = 0;
  private static final long RING_BYTES = 32L << 20;

  private Inputs() {}

  /// Opens the audit socket, for the modes that have one; null for the others.
  static AuditReceiver receiver(InputConfig config) {
    return switch (config.mode()) {
      case MULTICAST -> AuditReceiver.openMulticast(config.receiveBufferBytes());
      case UNICAST -> AuditReceiver.openUnicast(config.receiveBufferBytes());
      case PLUGIN, FILE -> null;
    };
  }

  /// Makes the input.
  ///
  /// @param receiver as `receiver` gave it
  static Input open(InputConfig config, AuditReceiver receiver) {
    return switch (config.mode()) {
      case MULTICAST -> new NetlinkInput(receiver, "multicast" + buffer(receiver));
      case UNICAST -> new NetlinkInput(receiver, "unicast" + buffer(receiver));
      case PLUGIN -> LineInput.of(STDIN, "plugin, standard input");
      case FILE -> LineInput.of(config.files());
    };
  }

  /// Size of the ring: room for the text of all that a full receive buffer holds, which is a
  /// quarter of what the kernel charges for it, and some more. Pages that are never used cost
  /// nothing.
  ///
  /// @param receiver as `receiver` gave it
  static long ringBytes(AuditReceiver receiver) {
    return receiver == null ? RING_BYTES : Math.max(RING_BYTES, receiver.receiveBufferBytes() / 3);
  }

  private static String buffer(AuditReceiver receiver) {
    return ", receive buffer " + (receiver.receiveBufferBytes() >> 20) + " MiB";
  }

  /// How time-outs are judged for this input.
  static AssemblerMode mode(InputConfig config) {
    return switch (config.mode()) {
      case MULTICAST, UNICAST -> AssemblerMode.LIVE;
      case PLUGIN -> AssemblerMode.PLUGIN;
      case FILE -> AssemblerMode.FILE;
    };
  }
}
