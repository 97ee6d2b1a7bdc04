#!/bin/sh
# Checks whether a power failure would end in a clean shutdown now. Prints one line per problem and exits with 1, or prints "ready".
. /scripts/common.sh
problems=0
problem() {
  echo "$1"
  problems=1
}

# a remark, not a problem: it was chosen
[ "$ARMED" = yes ] ||
  echo "power.armed is false: nothing would power $NODE_NAME off or command its UPSes; the log would say what would have been done"

probe=/killpower/.probe.$CONTAINER
if { echo probe >"$probe"; } 2>/dev/null; then writable=yes; else writable=no; fi
rm -f "$probe" 2>/dev/null
if reserve deadline && reserve lease; then
  # a remark, not a problem: the reserve is enough for an outage
  [ "$writable" = yes ] || echo "the power-off directory of $NODE_NAME is full; free space in its file system (df)"
else
  problem "the power-off directory of $NODE_NAME is full or read-only, so no deadline could be written; free space in its file system (df)"
fi

if [ "$ACTUATOR" = killpowerd ]; then
  now=$(uptime_seconds)
  if [ -r /killpower/heartbeat ] && read -r beat_boot beat_at beat_hash _ </killpower/heartbeat && [ "$beat_boot" = "$(boot_id)" ] &&
    is_number "$beat_at" && [ $((now - beat_at)) -le 10 ]; then
    # a remark, not a problem: an older one powers off too
    [ "${KILLPOWERD_HASH:-$beat_hash}" = "$beat_hash" ] ||
      echo "killpowerd on $NODE_NAME is another version than in hosts/killpower; install that file and restart the service killpowerd"
  elif [ "$writable" = no ]; then
    problem "killpowerd on $NODE_NAME writes no heartbeat: it has no space for it, or is not running"
  else
    problem "killpowerd is not running on $NODE_NAME; install and start it, see hosts/README.md"
  fi
fi

if [ "$ACTUATOR" = logind ] && ! /scripts/logind.sh check; then
  problem "systemd-logind on $NODE_NAME does not confirm CanPowerOff; check that systemd runs, that its bus accepts this pod, and that the image has dbus-send (images/nut)"
fi

# reports UPS@HOST:PORT FIELD VARIABLE...: the limits of FIELD need each VARIABLE
reports() {
  reporter=$1 field=$2
  shift 2
  for variable in "$@"; do
    value=$(timeout 4 upsc "$reporter" "$variable" 2>/dev/null | cut -d. -f1)
    is_number "$value" ||
      problem "${reporter%%@*} does not report $variable as a number (${value:-nothing}), so its limit of $field would never be reached; use another limit"
  done
}
while read -r ups _; do
  reports "$ups" "nodes[].shed of $NODE_NAME" ${SHED_CHARGE:+battery.charge} ${SHED_RUNTIME:+battery.runtime}
  [ -n "$(status_of "$ups")" ] || problem "no data from $ups; check its upsd and its driver"
done <"/config/$NODE_NAME.feeds"

# remarks, not problems: a node can be started by its clock or a person
if [ -r "/config/$NODE_NAME.wakes" ]; then
  command -v ether-wake >/dev/null || command -v etherwake >/dev/null ||
    echo "the image has neither ether-wake nor etherwake, so $NODE_NAME wakes no other node; use an image with one of them"
  { read -r unknown </var/run/nut/unknown; } 2>/dev/null
  for node in $unknown; do echo "the MAC address of $node is unknown, so it would not be woken; set nodes[].mac"; done
fi

[ -r "/config/$NODE_NAME.cables" ] || {
  [ "$problems" = 1 ] || echo ready
  exit "$problems"
}
command -v nc >/dev/null || command -v busybox >/dev/null ||
  problem "the image has neither nc nor busybox to command a UPS; use an image with one of them"
while read -r ups offdelay _ shown _; do
  at=$ups@127.0.0.1:$UPSD_PORT
  timeout 4 upscmd -l "$at" 2>/dev/null | grep -q '^shutdown\.return ' ||
    problem "$ups does not support shutdown.return, so it would not restore its output; check its driver in cluster.yaml"
  # asks for the role of the primary and changes nothing: without it nothing can set FSD or command the UPS
  answer=$(to_upsd "PRIMARY $ups" | grep -E '^(OK PRIMARY|ERR )' | head -n 1)
  [ "$answer" = 'OK PRIMARY-GRANTED' ] ||
    problem "upsd does not take the primary password of the Secret for $ups (${answer:-no answer}), so nothing could command it; see the log of the container upsd"
  delay=$(timeout 4 upsc "$at" ups.delay.shutdown 2>/dev/null | cut -d. -f1)
  # a remark, not a problem
  [ -n "$delay" ] || echo "$ups does not report ups.delay.shutdown; measure once when it cuts its output, see hosts/RUNBOOK.md"
  # in seconds of the UPS, which its driver may multiply
  ! is_number "$delay" || delay=$((delay * offdelay / ${shown%/*}))
  [ "${delay:-$offdelay}" = "$offdelay" ] ||
    problem "$ups would cut its output after $delay s, but cluster.yaml plans with $offdelay s; correct its offdelay"
  start=$(timeout 4 upsc "$at" ups.delay.start 2>/dev/null | cut -d. -f1)
  ! is_number "$start" || [ "$start" -ge "${shown#*/}" ] ||
    problem "$ups would restore its output too early: its ups.delay.start is $start, and cluster.yaml plans with ${shown#*/}; correct its ondelay"
  reports "$at" power.earlyShutdown ${EARLY_CHARGE:+battery.charge} ${EARLY_RUNTIME:+battery.runtime}
  timeout 4 upsc -c "$at" >/var/run/nut/logged-in 2>/dev/null
  # the node with the cable is listed twice, for its primary and its agent
  while read -r whose address node; do
    [ "$whose" = "$ups" ] || continue
    wanted=$(grep -c "^$ups $address " "/config/$NODE_NAME.clients")
    [ "$(grep -Fcx "$address" /var/run/nut/logged-in)" -ge "$wanted" ] ||
      echo "$node ($address) is not logged in to $ups; check that its upsmon runs, reaches this node and has the current password"
  done <"/config/$NODE_NAME.clients" | sort -u >/var/run/nut/missing
  while read -r line; do problem "$line"; done </var/run/nut/missing
  # a remark, not a problem: the nodes power off without that host, and its owner may have switched it off
  [ ! -r "/config/$NODE_NAME.outside" ] || while read -r whose address host; do
    [ "$whose" != "$ups" ] || grep -Fqx "$address" /var/run/nut/logged-in ||
      echo "$host ($address) is not logged in to $ups; if it is on, it would be cut while it runs: check its upsmon, see hosts/RUNBOOK.md"
  done <"/config/$NODE_NAME.outside"
done <"/config/$NODE_NAME.cables"
[ "$problems" = 1 ] || echo ready
exit "$problems"
