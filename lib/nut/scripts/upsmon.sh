#!/bin/sh
# Runs upsmon: as primary (decides, for the UPSes whose cable is here) or as agent (a secondary on every node, whose SHUTDOWNCMD
# runs as soon as the shutdown is declared, whatever the version of NUT). After the commit it only waits for the end: an upsmon
# that came back would log in again and hold up the others.
# In:  ROLE (primary or agent), NODE_NAME, CONTAINER, /config, /secret, /etc/nut and /var/run/nut (empty, in memory), /killpower
set -eu
umask 077
trap 'exit 0' TERM INT

# a shell that waits for a background process takes signals at once, which PID 1 would otherwise ignore
rest() {
  while :; do
    sleep 3600 &
    wait $! || true
  done
}

template=/config/$NODE_NAME.$ROLE.upsmon.conf
if [ ! -r "$template" ]; then
  echo "$ROLE: cluster.yaml has no $ROLE of a UPS on $NODE_NAME; add the node or its UPS there, or mend its label ups-device" >&2
  exit 1
fi
. /scripts/common.sh
if committed; then
  log "the power-off of this machine is under way, waiting for it"
  rest
fi

echo 'MODE=netclient' >/etc/nut/nut.conf
/scripts/fill.sh "$template" >/etc/nut/upsmon.conf
if [ -d /tls ]; then /scripts/trust.sh; fi

# /var/run/nut outlives the container: the number in an old PID file is that of some process of this one, often of the new upsmon
# itself, which would then refuse to start beside "a previous instance"
rm -f /var/run/nut/upsmon.pid
upsmon -F -p &
monitor=$!
trap 'kill "$monitor" 2>/dev/null; wait "$monitor"; exit 0' TERM INT
if [ "$ROLE" = primary ]; then
  /scripts/early.sh &
  /scripts/lease.sh &
fi
status=0
wait "$monitor" || status=$?
committed || exit "$status"
trap 'exit 0' TERM INT
log "this machine is told to power off, waiting for it"
rest
