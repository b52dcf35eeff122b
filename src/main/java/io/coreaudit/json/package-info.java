/// JSON of others: container runtimes, receivers, the agent's own answers. The only place that sees
/// Jackson.
///
/// What is read may come from who means harm: depth, length and number of values are bounded, an
/// object that names a member twice is none, and what nobody wants is read over and takes no
/// memory. Not for the intake thread.
package io.coreaudit.json;
