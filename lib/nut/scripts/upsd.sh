#!/bin/sh
# Runs upsd and the drivers of the UPSes cabled to this node. All end with the container. A driver that exits or fails to start is
# restarted while the others run on.
# In:  NODE_NAME, CONTAINER, /config (ConfigMap nut-config), /secret (Secret), /etc/nut and /var/run/nut (empty, in memory)
set -eu
umask 077

if [ ! -r "/config/$NODE_NAME.ups.conf" ]; then
  echo "upsd: node $NODE_NAME has the label ups-device, but no UPS cable in cluster.yaml;" \
    "remove the label (kubectl label node $NODE_NAME ups-device-) or name the node under ups" >&2
  exit 1
fi
. /scripts/common.sh

echo 'MODE=netserver' >/etc/nut/nut.conf
cat "/config/$NODE_NAME.upsd.conf" >/etc/nut/upsd.conf
# put TEMPLATE FILE: true if its passwords are valid; the file changes as a whole
put() { /scripts/fill.sh "$1" >"$2.new" && mv -f "$2.new" "$2"; }
is_new_secret || true
put "/config/$NODE_NAME.ups.conf" /etc/nut/ups.conf
put /config/upsd.users /etc/nut/upsd.users

# /var/run/nut outlives the container: a driver would end the process that an old PID file names
rm -f /var/run/nut/upsd.pid /var/run/nut/*-*.pid /var/run/nut/declared.* /var/run/nut/silent.*
# with a certificate upsd serves TLS; OpenSSL reads chain and key from one file
if [ -d /tls ]; then cat /tls/tls.crt /tls/tls.key >/etc/nut/upsd.pem; fi

# one after the other, for ever: the start of a driver may take most of a minute
run_drivers() {
  while :; do
    while read -r ups _ driver; do
      pidfile=/var/run/nut/$driver-$ups.pid
      if [ -r "$pidfile" ]; then
        ! kill -0 "$(cat "$pidfile")" 2>/dev/null || continue
        log "driver $driver for $ups exited; restarting it"
        rm -f "$pidfile"
      fi
      upsdrvctl -u root start "$ups" ||
        log "driver $driver for $ups failed to start; retrying in 5 s. Check its cable and the driver name."
    done <"/config/$NODE_NAME.cables"
    sleep 5
  done
}

# since FILE: keeps the time of its first call. older FILE SECONDS: true if that was SECONDS ago or more
since() { [ -e "$1" ] || uptime_seconds >"$1"; }
older() { [ -e "$1" ] && [ $(($(uptime_seconds) - $(cat "$1"))) -ge "$2" ]; }

# longer than an answer takes on a busy node
SILENT_SECONDS=20
# upsd keeps FSD until it exits. A node that another UPS keeps up has to clear it after the output was cut, or nodes that boot would power
# off again: once mains power is back, or the UPS is silent, as many are without output.
is_over() {
  over=no
  while read -r ups offdelay _; do
    declared=/var/run/nut/declared.$ups
    silent=/var/run/nut/silent.$ups
    status=" $(status_of "$ups@127.0.0.1:$UPSD_PORT") "
    case $status in
      '  ') since "$silent" ;;
      *' FSD '*) rm -f "$silent" && since "$declared" ;;
      *) rm -f "$silent" "$declared" ;;
    esac
    older "$declared" "$offdelay" || continue
    case $status in
      '  ') ! older "$silent" "$SILENT_SECONDS" || over="$ups is over, and the UPS is silent without output" ;;
      *' OL '*) over="$ups is over, and mains power returned" ;;
    esac
  done <"/config/$NODE_NAME.cables"
  [ "$over" != no ]
}

# true if no UPS of this node is on battery, calibrates or is bypassed: nobody minds that upsd or a driver restarts
is_calm() {
  while read -r ups _; do
    case " $(status_of "$ups@127.0.0.1:$UPSD_PORT") " in
      *' OB '* | *' FSD '* | *' CAL '* | *' BYPASS '*) return 1 ;;
      *' OL '*) ;;
      *) return 1 ;;
    esac
  done <"/config/$NODE_NAME.cables"
}

restart_upsd() {
  kill "$server"
  wait "$server" || true
  rm -f /var/run/nut/upsd.pid /var/run/nut/declared.* /var/run/nut/silent.*
  upsd -u root -F &
  server=$!
}

# The scripts of this pod use the new passwords at once, so upsd reads them at once, on battery too. An upsmon that is logged in with the
# old one may then no longer set FSD, and uses the new one only on a new connection: upsd restarts when it may, and so do the drivers
# that have a new password.
follow_secret() {
  if is_new_secret; then
    [ -e /etc/nut/ups.conf.running ] || cp /etc/nut/ups.conf /etc/nut/ups.conf.running
    # an invalid password: fill.sh says which, and the old ones stay
    put "/config/$NODE_NAME.ups.conf" /etc/nut/ups.conf && put /config/upsd.users /etc/nut/upsd.users || return 0
    kill -HUP "$server"
    log 'a password in the Secret changed; upsd has it'
  fi
  [ -e /etc/nut/ups.conf.running ] && is_calm || return 0
  cmp -s /etc/nut/ups.conf.running /etc/nut/ups.conf || upsdrvctl stop || true
  rm -f /etc/nut/ups.conf.running
  restart_upsd
}

run_drivers &
drivers=$!
upsd -u root -F &
server=$!
trap 'kill "$drivers" "$server" 2>/dev/null; upsdrvctl stop; exit 0' TERM INT

while kill -0 "$server" 2>/dev/null; do
  # in the background, so that signals are handled at once
  sleep 2 &
  wait $! || true
  if is_over; then
    log "the shutdown of $over; restarting upsd to clear FSD"
    restart_upsd
  fi
  follow_secret
done
wait "$server"
