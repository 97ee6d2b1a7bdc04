#!/bin/sh
# Watches the UPS that feeds this node. When the machine has to go down, power-off.sh raises the flag, and from then on this
# container waits for the end: an upsmon that came back would log in again and hold up the shutdown of the others.
# In:  NODE_NAME, ROLE (primary or secondary), /config, /secret, /etc/nut and /var/run/nut (empty, in memory), /killpower
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

if [ -e /var/run/nut/committed ]; then
  echo "upsmon: the power-off of this machine is under way, waiting for it"
  rest
fi
if [ ! -r "/config/$NODE_NAME.$ROLE.upsmon.conf" ]; then
  echo "upsmon: cluster.yaml does not say that $NODE_NAME is a $ROLE of any UPS; add the node there, or mend its label ups-device" >&2
  exit 1
fi
if ! grep -Eqx '[A-Za-z0-9._~+=-]+' "/secret/$ROLE"; then
  echo "upsmon: the password \"$ROLE\" in the Secret is missing or has characters other than letters, digits and . _ ~ + = -" >&2
  exit 1
fi

echo 'MODE=netclient' >/etc/nut/nut.conf
printf 's/@PASSWORD@/%s/\n' "$(cat "/secret/$ROLE")" |
  sed -f - "/config/$NODE_NAME.$ROLE.upsmon.conf" >/etc/nut/upsmon.conf

# /var/run/nut outlives the container: the number in an old PID file is that of some process of this one, often of the new upsmon
# itself, which would then refuse to start beside "a previous instance"
rm -f /var/run/nut/upsmon.pid
upsmon -F -p &
monitor=$!
trap 'kill "$monitor" 2>/dev/null; wait "$monitor"; exit 0' TERM INT
status=0
wait "$monitor" || status=$?
[ -e /var/run/nut/committed ] || exit "$status"
trap 'exit 0' TERM INT
echo "upsmon: this machine is told to power off, waiting for it"
rest
