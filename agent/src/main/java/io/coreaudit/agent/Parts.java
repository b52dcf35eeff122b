package io.coreaudit.agent;

import io.coreaudit.agent.config.AgentConfig;
import io.coreaudit.agent.http.Health;
import io.coreaudit.agent.http.Readiness;
import io.coreaudit.backfill.Backfill;
import io.coreaudit.intake.Intake;
import io.coreaudit.netlink.AuditReceiver;
import io.coreaudit.spool.Spool;
import java.util.List;

/// The parts of a running agent of which there is something to tell.
///
/// @param configFile where the configuration came from, or `defaults`
/// @param receiver null when the input is lines
/// @param chain null when the heartbeat tells no hash
/// @param backfill null when nothing of before the start is looked for
/// @param listeners those that are wanted, open or not
/// @param kernel null when the agent has nothing to do with the kernel
record Parts(
    AgentConfig config,
    String configFile,
    AuditReceiver receiver,
    Intake intake,
    Spool spool,
    RunningSinks sinks,
    ChainTeller chain,
    Backfill backfill,
    KernelSide kernel,
    Origins origins,
    Readiness readiness,
    Health health,
    List<Listener> listeners) {}
