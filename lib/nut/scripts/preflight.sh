#!/bin/sh
# Would a power failure now end well? Prints one line for each thing that stands in the way, or "ready", and ends with 1 or 0.
. /scripts/common.sh
problems=0
problem() {
  echo "$1"
  problems=1
}

if [ "$ACTUATOR" = killpowerd ]; then
  now=$(uptime_seconds)
  if [ -r /killpower/heartbeat ] && read -r beat_boot beat_at _ </killpower/heartbeat && [ "$beat_boot" = "$(boot_id)" ] &&
    is_number "$beat_at" && [ $((now - beat_at)) -le 10 ]; then :; else
    problem "killpowerd does not run on $NODE_NAME: nothing would power it off; see hosts/README.md"
  fi
fi

if [ "$ACTUATOR" = logind ] && ! /scripts/logind.sh check; then
  problem "systemd-logind of $NODE_NAME does not say that it would power it off, and nothing else would: does the machine run systemd, does its bus let this pod talk to it, and has the image dbus-send, as that of images/nut has?"
fi

while read -r ups _; do
  [ -n "$(status_of "$ups")" ] || problem "no data from $ups"
done <"/config/$NODE_NAME.feeds"

[ -r "/config/$NODE_NAME.cables" ] || {
  [ "$problems" = 1 ] || echo ready
  exit "$problems"
}
command -v nc >/dev/null || command -v busybox >/dev/null ||
  problem "the image has neither nc nor busybox: no UPS could be told anything"
while read -r ups offdelay _; do
  at=$ups@127.0.0.1:$UPSD_PORT
  timeout 4 upscmd -l "$at" 2>/dev/null | grep -q '^shutdown\.return ' ||
    problem "$ups takes no shutdown.return: after a shutdown it would not restore its load by itself"
  delay=$(timeout 4 upsc "$at" ups.delay.shutdown 2>/dev/null | cut -d. -f1)
  # no problem, but nobody knows
  [ -n "$delay" ] || echo "$ups does not tell when it cuts its load; measure it once, see Testing it in hosts/RUNBOOK.md"
  [ "${delay:-$offdelay}" = "$offdelay" ] ||
    problem "$ups would cut its load after $delay s, and cluster.yaml reckons with $offdelay s"
  timeout 4 upsc -c "$at" >/var/run/nut/logged-in 2>/dev/null
  # the node with the cable stands there twice, for its primary and its agent
  while read -r whose address node; do
    [ "$whose" = "$ups" ] || continue
    wanted=$(grep -c "^$ups $address " "/config/$NODE_NAME.clients")
    [ "$(grep -Fcx "$address" /var/run/nut/logged-in)" -ge "$wanted" ] ||
      echo "$node ($address) is not logged in at $ups: an upsmon there does not run, cannot reach this node, or has another password"
  done <"/config/$NODE_NAME.clients" | sort -u >/var/run/nut/missing
  while read -r line; do problem "$line"; done </var/run/nut/missing
done <"/config/$NODE_NAME.cables"
[ "$problems" = 1 ] || echo ready
exit "$problems"
