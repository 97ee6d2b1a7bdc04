#!/bin/sh
# Finds what power.notify reports, and runs a sender for each receiver. It polls by itself and only reads what the other pods have, so that
# nothing of theirs waits for a disk or a network. What was reported is kept on disk: after an outage "on line" follows "on battery".
# In:  NODE_NAME, CONTAINER, /config, /notify, /queue, /secret, /killpower (read only)
. /scripts/common.sh
command -v curl >/dev/null || {
  log 'the image has no curl, so nothing can be sent; use an image with it (images/nut)'
  exit 1
}
senders=
while read -r receiver _; do
  /scripts/send.sh "$receiver" &
  senders="$senders $!"
done </notify/receivers
# shellcheck disable=SC2086  # a list
trap 'kill $senders 2>/dev/null; exit 0' TERM INT

# seconds that a fault has to last: pods restart and nodes boot
PATIENCE=300

# raise SUBJECT EVENT TEXT: reports an event once, until `settle`
raise() {
  ! grep -qx "$2" "/queue/.raised.$1" 2>/dev/null || return 0
  /scripts/message.sh "$1: $2" "$NODE_NAME: $3" && echo "$2" >>"/queue/.raised.$1"
}
# settle SUBJECT EVENT TEXT: reports the end of the events of a subject, if there are any
settle() {
  [ -e "/queue/.raised.$1" ] || return 0
  /scripts/message.sh "$1: $2" "$NODE_NAME: $3" && rm -f "/queue/.raised.$1"
}
# lasts NAME: true if it was called for PATIENCE without `ends NAME`
lasts() {
  began=
  { read -r began <"/var/run/nut/began.$1"; } 2>/dev/null || uptime_seconds >"/var/run/nut/began.$1"
  [ $(($(uptime_seconds) - ${began:-$(uptime_seconds)})) -ge "$PATIENCE" ]
}
ends() { rm -f "/var/run/nut/began.$1"; }

value_of() { timeout 4 upsc "$1" "$2" 2>/dev/null || echo unknown; }

# watch_ups UPS@HOST: what the node with the cable reports
watch_ups() {
  ups=${1%%@*}
  state=$(state_of "$1")
  [ "$state" = unknown ] || ends "$ups"
  [ "$state" != line ] || [ -e "/queue/.raised.$ups" ] || return 0
  status=$(status_of "$1")
  text="$ups reports \"$status\", battery.charge $(value_of "$1" battery.charge) %, battery.runtime $(value_of "$1" battery.runtime) s"
  case $state in
    unknown) ! lasts "$ups" || raise "$ups" 'no data' "no data from $ups for $PATIENCE s; check its cable and its driver" ;;
    battery | 'done')
      case " $status " in *' OB '* | *' DISCHRG '*) raise "$ups" 'on battery' "$text" ;; esac
      case " $status " in *' LB '*) raise "$ups" 'low battery' "$text" ;; esac
      case " $status " in *' FSD '*) raise "$ups" 'shutdown declared' "$text" ;; esac
      ;;
    line) settle "$ups" 'on line' "$text" ;;
  esac
}

# watch_upsd UPS@HOST: what a second node reports, when the node with the cable cannot
watch_upsd() {
  ups=${1%%@*}
  if timeout 4 upsc -l "${1#*@}" >/dev/null 2>&1; then
    ends "$ups.upsd"
    settle "$ups" 'upsd answers again' "upsd of $ups answers again"
  elif lasts "$ups.upsd"; then
    raise "$ups" 'no upsd' "upsd of $ups has not answered for $PATIENCE s; check the node with its cable"
  fi
}

# the last preflight of this node, which second.sh keeps with the uptime at its end
preflight() {
  { read -r ended && is_number "$ended" && [ $(($(uptime_seconds) - ended)) -le 90 ] && cat; } </killpower/preflight 2>/dev/null ||
    echo "no result of preflight from $NODE_NAME; check its pod"
}

watch_node() {
  problems=$(preflight)
  if [ "$(printf '%s\n' "$problems" | tail -n 1)" = ready ]; then
    ends preflight
    settle "$NODE_NAME" 'ready for a power failure again' 'preflight finds no problem'
  elif lasts preflight; then
    printf '%s\n' "$problems" | grep 'is not logged in' | while read -r problem; do
      raise "$NODE_NAME" "${problem%% *} is missing" "$problem"
    done
    others=$(printf '%s\n' "$problems" | grep -v 'is not logged in')
    [ -z "$others" ] || raise "$NODE_NAME" 'not ready for a power failure' "$others"
  fi
}

while :; do
  while read -r ups role; do
    if [ "$role" = sender ]; then watch_ups "$ups"; else watch_upsd "$ups"; fi
  done <"/notify/$NODE_NAME.upses"
  watch_node
  # in the background, so that signals are handled at once
  sleep "$POLL" &
  wait $!
  for sender in $senders; do
    kill -0 "$sender" 2>/dev/null && continue
    log 'a sender has exited; restarting all'
    exit 1
  done
done
