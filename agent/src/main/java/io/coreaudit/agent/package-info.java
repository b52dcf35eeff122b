/// The process: `Main` reads the command line, `Agent` wires the parts and closes them again.
package io.coreaudit.agent;
