package io.coreaudit.forward;

import java.nio.file.Path;

/// Where events go that a receiver refused for good.
///
/// @param directory absolute; made with mode 0700 when there is need
/// @param maxBytes the most that one sink's may take
public record DeadLetterBox(Path directory, long maxBytes) {}
