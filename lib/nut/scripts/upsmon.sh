#!/bin/sh
# Runs upsmon: as primary (decides for the UPSes cabled to this node) or as agent (a secondary on every node, whose SHUTDOWNCMD runs at
# FSD with any version of NUT). After the commit it only waits: a restarted upsmon would log in again and hold up the others.
# In:  ROLE (primary or agent), NODE_NAME, CONTAINER, /config, /secret, /etc/nut and /var/run/nut (empty, in memory), /killpower
set -eu
umask 077
trap 'exit 0' TERM INT

# a shell that waits for a background process handles signals at once, which PID 1 would otherwise ignore
rest() {
  while :; do
    sleep 3600 &
    wait $! || true
  done
}

template=/config/$NODE_NAME.$ROLE.upsmon.conf
if [ ! -r "$template" ]; then
  echo "$ROLE: cluster.yaml has no $ROLE of a UPS on $NODE_NAME; add the node or its UPS there, or correct its label ups-device" >&2
  exit 1
fi
. /scripts/common.sh
if committed; then
  log "the power-off of this node is in progress; upsmon is not started"
  rest
fi

reserve deadline || true
echo 'MODE=netclient' >/etc/nut/nut.conf
is_new_secret || true
/scripts/fill.sh "$template" >/etc/nut/upsmon.conf
if [ -d /tls ]; then /scripts/trust.sh; fi

# /var/run/nut outlives the container: an old PID file often names the new upsmon itself, which would refuse to start beside "a previous
# instance"
rm -f /var/run/nut/upsmon.pid
upsmon -F -p &
monitor=$!
trap 'kill "$monitor" 2>/dev/null; wait "$monitor"; exit 0' TERM INT
if [ "$ROLE" = primary ]; then
  /scripts/early.sh &
  /scripts/lease.sh &
fi

# upsmon keeps what it knows of each UPS. It logs in with the new password at once where upsd has refused it, else when upsd restarts
follow_secret() {
  while sleep 5; do
    is_new_secret && /scripts/fill.sh "$template" >/etc/nut/upsmon.conf.new || continue
    mv -f /etc/nut/upsmon.conf.new /etc/nut/upsmon.conf
    log 'a password in the Secret changed; upsmon has it'
    kill -HUP "$monitor"
  done
}
follow_secret &
status=0
wait "$monitor" || status=$?
committed || exit "$status"
trap 'exit 0' TERM INT
log "this node is committed to power off; waiting"
rest
