#!/bin/sh
# declare.sh UPS: sets FSD on one UPS cabled to this node, as low battery does. For the power test of hosts/RUNBOOK.md.
. /scripts/common.sh
if ! grep -q "^$1 " "/config/$NODE_NAME.cables" 2>/dev/null || [ -z "$1" ]; then
  echo "UPS \"$1\" is not cabled to $NODE_NAME; use one of: $(cut -d ' ' -f 1 "/config/$NODE_NAME.cables" 2>/dev/null | tr '\n' ' ')" >&2
  exit 1
fi
if [ "$ARMED" != yes ]; then
  echo "power.armed is false, so FSD is not set on $1; set it to true, run npm run synth and apply dist/" >&2
  exit 1
fi
declare_shutdown "$1" || { echo "upsd did not set FSD on $1; see the log of the container upsd" >&2 && exit 1; }
