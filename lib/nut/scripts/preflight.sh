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

while read -r ups _; do
  [ -n "$(status_of "$ups")" ] || problem "no data from $ups"
done <"/config/$NODE_NAME.feeds"

[ -r "/config/$NODE_NAME.cables" ] || {
  [ "$problems" = 1 ] || echo ready
  exit "$problems"
}
while read -r ups offdelay; do
  at=$ups@127.0.0.1:$UPSD_PORT
  timeout 4 upscmd -l "$at" 2>/dev/null | grep -q '^shutdown\.return ' ||
    problem "$ups takes no shutdown.return: after a shutdown it would not restore its load by itself"
  delay=$(timeout 4 upsc "$at" ups.delay.shutdown 2>/dev/null | cut -d. -f1)
  [ -z "$delay" ] || [ "$delay" = "$offdelay" ] ||
    problem "$ups would cut its load after $delay s, and cluster.yaml reckons with $offdelay s"
done <"/config/$NODE_NAME.cables"
while read -r ups address node; do
  timeout 4 upsc -c "$ups@127.0.0.1:$UPSD_PORT" 2>/dev/null | grep -Fqx "$address" ||
    problem "$node ($address) is not logged in at $ups: its agent does not run, cannot reach this node, or has another password"
done <"/config/$NODE_NAME.clients"
[ "$problems" = 1 ] || echo ready
exit "$problems"
