#!/bin/sh
# Runs the drivers of the UPSes at this node, and upsd. Both end with the container; a driver that dies is started again.
# In:  NODE_NAME, /config (ConfigMap nut-config), /secret (Secret), /etc/nut and /var/run/nut (empty, in memory)
set -eu
umask 077

if [ ! -r "/config/$NODE_NAME.ups.conf" ]; then
  echo "upsd: node $NODE_NAME has the label ups-device, but cluster.yaml puts no UPS cable there." >&2
  echo "upsd: take the label away (kubectl label node $NODE_NAME ups-device-) or name the node under ups." >&2
  exit 1
fi

password() {
  if ! grep -Eqx '[A-Za-z0-9._~+=-]+' "/secret/$1"; then
    echo "upsd: the password \"$1\" in the Secret is missing or has characters other than letters, digits and . _ ~ + = -" >&2
    exit 1
  fi
  cat "/secret/$1"
}
primary=$(password primary)
secondary=$(password secondary)

echo 'MODE=netserver' >/etc/nut/nut.conf
cat "/config/$NODE_NAME.ups.conf" >/etc/nut/ups.conf
cat "/config/$NODE_NAME.upsd.conf" >/etc/nut/upsd.conf
printf 's/@PRIMARY_PASSWORD@/%s/\ns/@SECONDARY_PASSWORD@/%s/\n' "$primary" "$secondary" |
  sed -f - /config/upsd.users >/etc/nut/upsd.users

# /var/run/nut outlives the container: an old PID file names some process of this one, and a driver that finds one ends that process
rm -f /var/run/nut/upsd.pid /var/run/nut/*-*.pid
# with a certificate upsd speaks TLS; OpenSSL wants chain and key in one file
if [ -d /tls ]; then cat /tls/tls.crt /tls/tls.key >/etc/nut/upsd.pem; fi

upsdrvctl -u root start || {
  echo "upsd: no driver could start; is the cable in, and is the driver in cluster.yaml the right one?" >&2
  exit 1
}
upsd -u root -F &
server=$!
trap 'kill "$server" 2>/dev/null; upsdrvctl stop; exit 0' TERM INT

# sleep in the background, so that a signal is taken at once
while kill -0 "$server" 2>/dev/null; do
  sleep 5 &
  wait $! || true
  for pidfile in /var/run/nut/*-*.pid; do
    [ -r "$pidfile" ] || continue
    kill -0 "$(cat "$pidfile")" 2>/dev/null && continue
    driver=$(basename "$pidfile" .pid)
    echo "upsd: driver $driver is gone, starting the drivers again" >&2
    rm -f "$pidfile"
    upsdrvctl -u root start || true
  done
done
wait "$server"
