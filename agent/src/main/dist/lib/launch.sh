# shellcheck shell=sh disable=SC2034,SC2154
# Sourced by the launchers, that of a checkout (bash) and that of the tarball (sh), and by the build: how the program is
# started. They set java (the program java), options (java.options), native (JNA's folder) and paths (class_path).

# From how many bytes on a log is long.
LONG_LOG=536870912

# exec: the program takes this shell's place.
become=

# class_path JAR...: the class path. The caches of the JVM are for one order of the jars.
class_path() {
  joined=
  for jar; do
    joined=${joined:+$joined:}$jar
  done
  printf '%s' "$joined"
}

# is_long WORD...: whether the optimising compiler pays for itself: in the agent, which runs for months, and in a decode of
# a long log. A command that ends within seconds is done before the compiler is. What comes through a pipe is short.
is_long() {
  case ${1:-} in
    run) return 0 ;;
    decode) shift ;;
    *) return 1 ;;
  esac
  words=$#
  while [ "$words" -gt 0 ]; do
    word=$1 words=$((words - 1))
    shift
    if [ -f "$word" ]; then
      set -- "$@" "$word"
    elif [ -d "$word" ]; then
      for file in "$word"/*.log*; do # what decode reads of a folder
        [ ! -f "$file" ] || set -- "$@" "$file"
      done
    fi
  done
  if [ $# = 0 ] && [ -f /dev/stdin ]; then
    set -- /dev/stdin
  fi
  [ $# -gt 0 ] || return 1
  bytes=$(stat -Lc %s -- "$@" 2>/dev/null | {
    sum=0
    while read -r size; do sum=$((sum + size)); done
    printf '%s' "$sum"
  })
  [ "${bytes:-0}" -ge "$LONG_LOG" ]
}

# choose_kind WORD...: sets kind, the cache to start with: each kind has its own, for all of it is read at each start.
choose_kind() {
  if is_long "$@"; then kind=agent; else kind=commands; fi
}

# program FLAG WORD...: runs the program, or becomes it (become=exec). FLAG is a further one for the JVM, or empty.
# COREAUDIT_JAVA_OPTS: further flags for the JVM, for measurements.
program() {
  flag=$1 brief=
  shift
  [ "$kind" = agent ] || brief=-XX:TieredStopAtLevel=1
  # shellcheck disable=SC2086
  $become "$java" "@$options" "-Djna.boot.library.path=$native" ${brief:+"$brief"} ${flag:+"$flag"} \
    ${COREAUDIT_JAVA_OPTS:-} -cp "$paths" io.coreaudit.agent.Main "$@"
}
