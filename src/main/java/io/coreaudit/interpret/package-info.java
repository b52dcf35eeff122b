/// From the kernel's numbers to names: system calls, architectures, errors, operations of io_uring.
///
/// Every name is an array of bytes made once, so that whoever writes an event copies it and
/// allocates nothing. Tables are immutable and shared by all threads; the arrays that they hand out
/// must not be changed. What has no name gives null, and the number stays.
///
/// The tables themselves are in the room `table`.
package io.coreaudit.interpret;
