# Sourced by the scripts that run the large numbers, part after part, to the end.
failed=()

# part NAME COMMAND...: runs the command; what fails is told by `finish`.
part() { local name=$1; shift; echo; echo "== $name: $*"; if ! "$@"; then failed+=("$name"); fi; }

# finish WHOLE: says which parts failed, and ends with 1 if any did.
finish() {
  echo
  if [ ${#failed[@]} -gt 0 ]; then echo "$1: failed: ${failed[*]}"; exit 1; fi
  echo "$1: all parts passed"
}
