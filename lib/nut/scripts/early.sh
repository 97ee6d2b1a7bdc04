#!/bin/sh
# Declares the shutdown before the battery is low, when cluster.yaml says so. Runs beside the primary upsmon, which it tells.
. /scripts/common.sh
[ "$EARLY" = yes ] || exit 0
while :; do
  while read -r ups _; do
    if /scripts/early-reached.sh "$ups"; then
      log "$ups has reached the limit for an early shutdown, declaring it"
      upsmon -c fsd
      # the second opinion acts by itself when nothing comes of it
      sleep 60
    fi
  done <"/config/$NODE_NAME.cables"
  sleep 2
done
