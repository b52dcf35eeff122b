package io.coreaudit.agent;

import java.lang.reflect.Proxy;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// SIGHUP, which would end the JVM, made into a call.
///
/// The JDK has no supported way to catch a signal; what it has (`sun.misc.Signal`, exported for
/// this use) is reached by name. Where it is not there, SIGHUP ends the agent as before, cleanly.
final class ReloadSignal {
  private static final Logger LOG = LoggerFactory.getLogger(ReloadSignal.class);

  private ReloadSignal() {}

  /// Begins to listen.
  ///
  /// @param reload called at each signal, on a thread of its own
  static void listen(Runnable reload) {
    try {
      Class<?> signal = Class.forName("sun.misc.Signal");
      Class<?> handler = Class.forName("sun.misc.SignalHandler");
      Object calling =
          Proxy.newProxyInstance(
              handler.getClassLoader(),
              new Class<?>[] {handler},
              (proxy, method, arguments) -> {
                return switch (method.getName()) {
                  case "handle" -> {
                    reload.run();
                    yield null;
                  }
                  case "equals" -> proxy == arguments[0];
                  case "hashCode" -> System.identityHashCode(proxy);
                  default -> "reload";
                };
              });
      Object before =
          signal
              .getMethod("handle", signal, handler)
              .invoke(null, signal.getConstructor(String.class).newInstance("HUP"), calling);
      if (before == handler.getField("SIG_IGN").get(null)) {
        LOG.info("SIGHUP was ignored when this started (nohup), and still is: no reload by it");
      }
    } catch (ReflectiveOperationException | RuntimeException e) {
      LOG.debug("SIGHUP cannot be caught", e);
    }
  }
}
