#!/bin/sh
# Commits this node when its dead-man lease is about to expire because the container second no longer renews it. On expiry killpowerd
# powers off the node, and upsd with it: nothing could command its UPSes any more. Runs beside the primary upsmon.
. /scripts/common.sh

ends_soon() {
  [ -r /killpower/lease ] && read -r lease_boot lease_at _ </killpower/lease && [ "$lease_boot" = "$(boot_id)" ] &&
    is_number "$lease_at" && [ $((lease_at - $(uptime_seconds))) -lt $((LEASE / 3)) ]
}

# without a UPS to command, expiry of the lease is enough
has_ups_off_line() {
  while read -r ups _; do
    case $(state_of "$ups@127.0.0.1:$UPSD_PORT") in battery | unclear | 'done') return 0 ;; esac
  done <"/config/$NODE_NAME.cables"
  return 1
}

polls=0
while :; do
  if ! committed && ends_soon && has_ups_off_line; then polls=$((polls + 1)); else polls=0; fi
  # not at the first poll: upsd may have just restarted, and second is about to renew the lease
  [ "$polls" -lt 2 ] || /scripts/commit.sh lease
  sleep 2
done
