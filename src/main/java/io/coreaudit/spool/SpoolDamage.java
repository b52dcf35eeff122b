package io.coreaudit.spool;

import java.nio.file.Path;

/// What was found damaged when the spool was opened.
///
/// @param path the file
/// @param events accepted events that are gone with it as far as is known now, 0: none; events that
///   a reader finds damaged in what is left are counted by the reader
/// @param what what is wrong with it, and what was done
public record SpoolDamage(Path path, long events, String what) {}
