#!/bin/sh
# SHUTDOWNCMD of upsmon. First the flag that makes the machine power itself off; then, where the UPS cable is, the UPS.
# The second never decides about the first: a UPS that does not answer must not keep the machine running.
# In:  NODE_NAME, ROLE, UPSD_PORT, /config, /secret, /killpower (hostPath)
: >/var/run/nut/committed
: >/killpower/killpower
echo "power-off: the flag is raised, the machine powers itself off"

[ "$ROLE" = primary ] || exit 0
sed -n 's/^\[\(.*\)\]$/\1/p' "/config/$NODE_NAME.ups.conf" | while read -r ups; do
  if timeout 8 upscmd -u monprimary -p "$(cat /secret/primary)" "$ups@127.0.0.1:$UPSD_PORT" shutdown.return; then
    echo "power-off: $ups will cut its load after its offdelay and restore it when the mains are back"
  else
    echo "power-off: $ups did not take shutdown.return; it keeps its load until the battery is empty" >&2
  fi
done
