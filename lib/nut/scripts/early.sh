#!/bin/sh
# Declares the shutdown of a UPS before its battery is low, when cluster.yaml says so. Runs beside the primary upsmon.
. /scripts/common.sh
[ "$EARLY" = yes ] || exit 0
while :; do
  while read -r ups _; do
    if /scripts/early-reached.sh "$ups" 0; then
      log "$ups has reached the limit for an early shutdown"
      # the machines that it feeds see what is declared and commit themselves, this one among them
      declare_shutdown "$ups"
    fi
  done <"/config/$NODE_NAME.cables"
  sleep 2
done
