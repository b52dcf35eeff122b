package io.coreaudit.ledger;

import io.coreaudit.event.EventKind;
import java.util.List;
import java.util.UUID;

/// An event as a receiver has it: what of it stands in the chain.
///
/// @param node that it is of
/// @param boot of the node
/// @param seq its number in that boot
/// @param kind what it is
/// @param id its name, for people
/// @param lines its records as the format `raw` has them; null: it carries none, or not all as they
///   were
public record DeliveredEvent(
    String node, UUID boot, long seq, EventKind kind, String id, List<byte[]> lines) {}
