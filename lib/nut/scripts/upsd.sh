#!/bin/sh
# Runs upsd and the drivers of the UPSes cabled to this node. All end with the container. A driver that exits, hangs or fails to
# start is restarted while the others run on; so is an upsd that hangs.
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
rm -f /var/run/nut/upsd.pid /var/run/nut/*-*.pid /var/run/nut/declared.* /var/run/nut/silent.* /var/run/nut/stale.* /var/run/nut/hangs
# with a certificate upsd serves TLS; OpenSSL reads chain and key from one file
if [ -d /tls ]; then cat /tls/tls.crt /tls/tls.key >/etc/nut/upsd.pem; fi

# since FILE: keeps the time of its first call. older FILE SECONDS: true if that was SECONDS ago or more
since() { [ -e "$1" ] || uptime_seconds >"$1"; }
older() { [ -e "$1" ] && [ $(($(uptime_seconds) - $(cat "$1"))) -ge "$2" ]; }

# upsd calls data stale after MAXAGE. On line it may come back by itself for so long; on battery an outage goes on without data, and upsmon
# would take the UPS for empty after DEADTIME
STALE_SECONDS=15
# a driver that has just started is left in peace
START_SECONDS=10

# run_driver UPS DRIVER: keeps the driver of a UPS running, for ever. A driver that hangs has a process and no data.
run_driver() {
  pidfile=/var/run/nut/$2-$1.pid
  stale=/var/run/nut/stale.$1
  patience=$STALE_SECONDS
  while :; do
    pid=$(cat "$pidfile" 2>/dev/null) || pid=
    if [ -z "$pid" ] || ! kill -0 "$pid" 2>/dev/null; then
      [ -z "$pid" ] || log "driver $2 for $1 exited; restarting it"
      rm -f "$pidfile" "$stale"
      upsdrvctl -u root start "$1" || {
        log "driver $2 for $1 failed to start; retrying in 5 s. Check its cable and the driver name."
        sleep 5
      }
      echo $(($(uptime_seconds) + START_SECONDS)) >"$stale"
    else
      limit=
      case " $(timeout 4 upsc "$1@127.0.0.1:$UPSD_PORT" ups.status 2>&1 | tr '\n' ' ') " in
        *'Data stale'*) limit=$patience ;;
        *'Driver not connected'*) limit=$STALE_SECONDS ;;
        *' OB '*) rm -f "$stale" && patience=2 ;;
        *' OL '*) rm -f "$stale" && patience=$STALE_SECONDS ;;
      esac
      [ -z "$limit" ] || since "$stale"
      if [ -n "$limit" ] && older "$stale" "$limit"; then
        log "driver $2 for $1 has no data; killing and restarting it"
        kill -KILL "$pid" || true
      fi
    fi
    sleep 2
  done
}

# longer than an answer takes on a busy node
SILENT_SECONDS=20
# upsd keeps FSD until it exits. A node that another UPS keeps up has to clear it after the output was cut, or nodes that boot would power
# off again: once mains power is back, or the UPS is silent, as many are without output.
is_over() {
  over=no
  while read -r ups offdelay _; do
    declared=/var/run/nut/declared.$ups
    silent=/var/run/nut/silent.$ups
    cleared=/var/run/nut/cleared.$ups
    status=" $(status_of "$ups@127.0.0.1:$UPSD_PORT") "
    case $status in
      '  ') since "$silent" ;;
      *' FSD '*) rm -f "$silent" && since "$declared" ;;
      *) rm -f "$silent" "$declared" "$cleared" ;;
    esac
    if [ "$ARMED" != yes ] && [ -e "$declared" ] && [ ! -e "$cleared" ]; then
      : >"$cleared"
      over="$ups was declared while power.armed is false"
    fi
    older "$declared" "$offdelay" || continue
    case $status in
      '  ') ! older "$silent" "$SILENT_SECONDS" || over="$ups is over, and the UPS is silent without output" ;;
      *' OL '* | *' BYPASS '*) over="$ups is over, and mains power returned" ;;
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

start_upsd() {
  upsd -u root -F &
  server=$!
  echo "$server" >/var/run/nut/upsd.process
}

restart_upsd() {
  kill "$server" 2>/dev/null || true
  wait "$server" || true
  rm -f /var/run/nut/upsd.pid /var/run/nut/declared.* /var/run/nut/silent.* /var/run/nut/hangs
  start_upsd
}

# false if upsd accepts a connection and does not answer; a closed port is no answer to wait for
answers() {
  timeout 2 upsc -l "127.0.0.1:$UPSD_PORT" >/dev/null 2>&1
  # 124, or 143 by busybox
  [ $? -lt 124 ]
}

# kills an upsd that hangs: it has a process, and upsmon would take its UPSes for empty after DEADTIME
watch_upsd() {
  while sleep 2; do
    if answers || answers; then continue; fi
    log 'upsd does not answer; killing and restarting it'
    : >/var/run/nut/hangs
    kill -KILL "$(cat /var/run/nut/upsd.process)" 2>/dev/null || true
  done
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

drivers=
while read -r ups _ driver _; do
  # each on its own: the start of a driver may take most of a minute
  run_driver "$ups" "$driver" &
  drivers="$drivers $!"
done <"/config/$NODE_NAME.cables"
start_upsd
watch_upsd &
watcher=$!
# shellcheck disable=SC2086  # a list
trap 'kill $drivers "$watcher" "$server" 2>/dev/null; upsdrvctl stop; exit 0' TERM INT

while :; do
  # in the background, so that signals are handled at once
  sleep 2 &
  wait $! || true
  if ! kill -0 "$server" 2>/dev/null; then
    [ -e /var/run/nut/hangs ] || break
    restart_upsd
  fi
  if is_over; then
    log "the shutdown of $over; restarting upsd to clear FSD"
    restart_upsd
  fi
  follow_secret
done
wait "$server"
