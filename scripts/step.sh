#!/usr/bin/env bash
# Runs a command as a named step, and says how long it took.
#
#   step.sh NAME COMMAND [ARGUMENT...]
#
# With a file name in $AUTODIDACT_STEPS, a line for the summary of .ci/run goes there too.
set -uo pipefail

name=$1
shift
printf '\n==> %s\n' "$name"
began=$SECONDS
"$@"
status=$?
seconds=$((SECONDS - began))
outcome=passed
((status == 0)) || outcome="FAILED ($status)"
printf '==> %s: %s, %d s\n' "$name" "$outcome" "$seconds"
if [[ -n ${AUTODIDACT_STEPS:-} ]]; then
    printf '%s\t%d\t%s\n' "$name" "$seconds" "$outcome" >>"$AUTODIDACT_STEPS"
fi
exit "$status"
