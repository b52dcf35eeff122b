package io.coreaudit.agent;

import io.coreaudit.agent.http.Readiness;
import io.coreaudit.spool.SpoolStat;
import java.util.Locale;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Makes the spool's state a part of the agent's: not ready while no event can be kept, and at its
/// end when none ever will be again.
final class SpoolState {
  private static final Logger LOG = LoggerFactory.getLogger(SpoolState.class);
  private static final String CAUSE = "spool";

  private final Readiness readiness;
  private final Runnable onFailed;
  private SpoolStat.State told = SpoolStat.State.OPEN;
  private boolean shedding;

  /// @param onFailed what to do when only a new start helps
  SpoolState(Readiness readiness, Runnable onFailed) {
    this.readiness = readiness;
    this.onFailed = onFailed;
  }

  /// Looks once at what is left out because the spool is nearly full.
  ///
  /// @param sheds whether anything is
  void lookAtShedding(boolean sheds) {
    if (sheds && !shedding) {
      LOG.atWarn()
          .addKeyValue("spool", "shedding")
          .log(
              "spool is nearly full (spool.shed.at): the most frequent events are left out, and"
                  + " told as numbers; see which sink is behind");
    } else if (!sheds && shedding) {
      LOG.atInfo().addKeyValue("spool", "open").log("spool: nothing is left out any more");
    }
    shedding = sheds;
  }

  /// Looks once.
  void look(SpoolStat.State state) {
    if (state == told) {
      return;
    }
    told = state;
    switch (state) {
      case OPEN -> {
        readiness.clear(CAUSE);
        LOG.atInfo().addKeyValue("spool", "open").log("spool: takes events again");
      }
      case BOUND -> hold("spool is at its bound (spool.max_size, spool.min_free)");
      case NO_SPACE -> hold("spool finds no room on its disk");
      case FAILED -> {
        hold("spool failed");
        onFailed.run();
      }
    }
  }

  private void hold(String reason) {
    readiness.hold(CAUSE, reason);
    LOG.atWarn().addKeyValue("spool", told.name().toLowerCase(Locale.ROOT)).log("{}", reason);
  }
}
