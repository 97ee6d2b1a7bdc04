#!/bin/sh
# Sets FSD on a UPS that reaches a limit of early-reached.sh. Runs beside the primary upsmon.
. /scripts/common.sh
while :; do
  while read -r ups _; do
    if /scripts/early-reached.sh "$ups@127.0.0.1:$UPSD_PORT" 0; then
      remark "$ups reached a limit of power.earlyShutdown, or is on battery before it is charged"
      # each node that it feeds receives FSD and commits itself, this one too
      declare_shutdown "$ups"
    fi
  done <"/config/$NODE_NAME.cables"
  sleep 2
done
