#!/bin/sh
# Runs the drivers of the UPSes at this node, and upsd. All end with the container; a driver that dies or does not start is started
# again, and the others serve their UPSes meanwhile.
# In:  NODE_NAME, CONTAINER, /config (ConfigMap nut-config), /secret (Secret), /etc/nut and /var/run/nut (empty, in memory)
set -eu
umask 077

if [ ! -r "/config/$NODE_NAME.ups.conf" ]; then
  echo "upsd: node $NODE_NAME has the label ups-device, but cluster.yaml puts no UPS cable there." >&2
  echo "upsd: take the label away (kubectl label node $NODE_NAME ups-device-) or name the node under ups." >&2
  exit 1
fi
. /scripts/common.sh

echo 'MODE=netserver' >/etc/nut/nut.conf
cat "/config/$NODE_NAME.upsd.conf" >/etc/nut/upsd.conf
/scripts/fill.sh "/config/$NODE_NAME.ups.conf" >/etc/nut/ups.conf
/scripts/fill.sh /config/upsd.users >/etc/nut/upsd.users

# /var/run/nut outlives the container: an old PID file names some process of this one, and a driver that finds one ends that process
rm -f /var/run/nut/upsd.pid /var/run/nut/*-*.pid /var/run/nut/declared.* /var/run/nut/silent.*
# with a certificate upsd speaks TLS; OpenSSL wants chain and key in one file
if [ -d /tls ]; then cat /tls/tls.crt /tls/tls.key >/etc/nut/upsd.pem; fi

# one after the other for ever: the start of a driver may take most of a minute
run_drivers() {
  while :; do
    while read -r ups _ driver; do
      pidfile=/var/run/nut/$driver-$ups.pid
      if [ -r "$pidfile" ]; then
        ! kill -0 "$(cat "$pidfile")" 2>/dev/null || continue
        log "the driver of $ups is gone"
        rm -f "$pidfile"
      fi
      upsdrvctl -u root start "$ups" ||
        log "the driver of $ups does not start; is the cable in, and is $driver the right one? It is tried again"
    done <"/config/$NODE_NAME.cables"
    sleep 5
  done
}

# since FILE: notes there when it was first called. older FILE SECONDS: that was so long ago
since() { [ -e "$1" ] || uptime_seconds >"$1"; }
older() { [ -e "$1" ] && [ $(($(uptime_seconds) - $(cat "$1"))) -ge "$2" ]; }

# longer than an answer is late on a busy machine
SILENT_SECONDS=20
# upsd keeps a declared shutdown for as long as it runs. A machine that lives on by another UPS has to forget it when the load is cut, or
# those that come back would go off again: when the mains are back, or when the UPS is silent, as many a one is without its load
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
      '  ') ! older "$silent" "$SILENT_SECONDS" || over="$ups is over, and it is silent without its load" ;;
      *' OL '*) over="$ups is over and its mains are back" ;;
    esac
  done <"/config/$NODE_NAME.cables"
  [ "$over" != no ]
}

run_drivers &
drivers=$!
upsd -u root -F &
server=$!
trap 'kill "$drivers" "$server" 2>/dev/null; upsdrvctl stop; exit 0' TERM INT

while kill -0 "$server" 2>/dev/null; do
  # in the background, so that a signal is taken at once
  sleep 2 &
  wait $! || true
  if is_over; then
    log "the shutdown of $over: upsd starts again and forgets it"
    kill "$server"
    wait "$server" || true
    rm -f /var/run/nut/upsd.pid /var/run/nut/declared.* /var/run/nut/silent.*
    upsd -u root -F &
    server=$!
  fi
done
wait "$server"
