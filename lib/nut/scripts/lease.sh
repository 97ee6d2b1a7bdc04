#!/bin/sh
# Commits this machine when its lease is about to end, because `second`, which renews it, stands still. killpowerd would take this machine
# down and upsd with it, and nobody could tell its UPSes any more. Runs beside the primary upsmon.
. /scripts/common.sh

ends_soon() {
  [ -r /killpower/lease ] && read -r lease_boot lease_at _ </killpower/lease && [ "$lease_boot" = "$(boot_id)" ] &&
    is_number "$lease_at" && [ $((lease_at - $(uptime_seconds))) -lt $((LEASE / 3)) ]
}

# without a UPS that can be told, the end of the lease does as well
hears_a_ups() {
  while read -r ups _; do
    case $(state_of "$ups@127.0.0.1:$UPSD_PORT") in battery | 'done') return 0 ;; esac
  done <"/config/$NODE_NAME.cables"
  return 1
}

looks=0
while :; do
  if ! committed && ends_soon && hears_a_ups; then looks=$((looks + 1)); else looks=0; fi
  # at the first look second may be about to renew it, because upsd has just come back
  [ "$looks" -lt 2 ] || /scripts/commit.sh lease
  sleep 2
done
