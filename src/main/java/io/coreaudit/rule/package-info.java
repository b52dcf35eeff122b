/// Audit rules: what people write, what that means on a host, what the kernel takes and gives back.
///
/// ```text
/// a file ──RuleReader──► Statement, Clause      as written: words, each with its line and column
///                             │ RuleCompiler    names to numbers, by a RuleEnvironment
///                             ▼
///                        Rule, Condition        as resolved: no names, no defaults
///                             │ ▲
///                             ▼ │
///                        AuditRuleData ──────► RuleListing   as `auditctl -l` prints it
///                             │ ▲       └────► RuleText      a line that reads back as the same
///                             ▼ │
///                           netlink
/// ```
///
/// The text is that of auditctl(8), and so are the bytes: test-fixtures/rules holds what the real
/// one sends. What it refuses and the kernel takes and heeds (`dir=` in the io_uring list, a key in
/// front of what it wants one behind) is taken here, with a note; what the kernel would refuse is
/// an error here, with the reason. A wrong line is a problem with its place, and the next line is
/// read.
///
/// [io.coreaudit.rule.AuditRuleData] is a rule as it goes over netlink, `struct audit_rule_data`:
/// two rules are equal when the kernel would take them for equal, so that what was sent is found
/// again in what the kernel lists. [io.coreaudit.rule.WatchRule] is a watched path, and makes the
/// very bytes that auditctl sends for it; test-fixtures/rules holds those as captured.
///
/// ```text
/// struct audit_rule_data                  little-endian on all that we run on
///    0  u32      flags                    list (exit 4, io_uring 7, …), 0x10: in front
///    4  u32      action                   never 0, always 2
///    8  u32      field_count
///   12  u32[64]  mask                     a bit a syscall, or an io_uring operation
///  268  u32[64]  fields                   dir 107, perm 106, filterkey 210, …
///  524  u32[64]  values                   a number, or the length of a text
///  780  u32[64]  fieldflags               the operator
/// 1036  u32      buflen
/// 1040  texts, one behind the other in the order of their fields
/// ```
///
/// Nothing here talks to the kernel, nothing has state.
package io.coreaudit.rule;
