#!/bin/sh
# declare.sh UPS: declares the shutdown of one UPS with its cable here, as if its battery were at its end. For a person who tries it out:
# hosts/RUNBOOK.md, Testing it.
. /scripts/common.sh
if ! grep -q "^$1 " "/config/$NODE_NAME.cables" 2>/dev/null || [ -z "$1" ]; then
  echo "$NODE_NAME has no cable of \"$1\"; it has: $(cut -d ' ' -f 1 "/config/$NODE_NAME.cables" 2>/dev/null | tr '\n' ' ')" >&2
  exit 1
fi
declare_shutdown "$1" || { echo "upsd does not take the shutdown of $1; see the log of the container upsd" >&2 && exit 1; }
