/// Who and where, before it vanishes: what an event's frame gets besides its records.
///
/// ```text
///  AssembledEvent ──► OriginCollector ──tags──► FrameWriter            (intake thread, no allocation)
///                       │   ├── HostName       the node                re-read by the conductor
///                       │   ├── AccountNames   id to name              re-read by the conductor
///                       │   └── ParentNames    parent's name and executable
///                       │         ├── ProcessTable   what the stream told, 4096 processes; after 1 s asked again
///                       │         └── ProcFiles      /proc/<pid>/comm and exe, 500 a second at most
///                       └── (container, pod, secret: come later, behind the parent)
/// ```
///
/// A tag is u16 number, u16 length, value (`OriginTag`). An event gets, in this order: NODE, one
/// ACCOUNT for each distinct known id of its records, PARENT_NAME, PARENT_EXECUTABLE. An id without
/// a name, 4294967295 (unset) and a parent that is gone get no tag: absence means unknown.
///
/// A tag that does not fit its frame is left out and counted; records are never sacrificed for it.
/// Files that cannot be read name nobody. Tables that other threads fill are immutable and
/// published by a volatile.
package io.coreaudit.origin;
