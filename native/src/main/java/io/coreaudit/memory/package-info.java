/// Bytes outside the heap, by address. Every room may look in here; it looks into none.
package io.coreaudit.memory;
