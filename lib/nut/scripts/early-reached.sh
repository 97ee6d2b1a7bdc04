#!/bin/sh
# early-reached.sh UPS@HOST:PORT SECONDS [shed]: true if a UPS is on battery and has reached a limit of power.earlyShutdown, or of shed of
# this node: the time on battery and SECONDS more, or a charge or runtime below its limit at EARLY_POLLS polls in a row. After an outage the
# battery itself is such a limit until it is charged again. Each container keeps its own times.
. /scripts/common.sh
if [ "$3" = shed ]; then EARLY_ON_BATTERY=$SHED_ON_BATTERY EARLY_CHARGE=$SHED_CHARGE EARLY_RUNTIME=$SHED_RUNTIME; fi
on_battery=/var/run/nut/on-battery.$CONTAINER.$3.$1
beyond=/var/run/nut/beyond.$CONTAINER.$3.$1
case $(state_of "$1") in
  battery) ;;
  unknown | unclear) exit 1 ;;
  *)
    rm -f "$on_battery" "$beyond"
    exit 1
    ;;
esac
# for_seconds FILE: seconds since the first call for FILE, which keeps that time
for_seconds() {
  now=$(uptime_seconds)
  { read -r from <"$1"; } 2>/dev/null && is_number "$from" || { echo "$now" >"$1" && from=$now; }
  echo $((now - from))
}
value_of() { timeout 4 upsc "$1" "$2" 2>/dev/null | cut -d. -f1; }
# below VALUE LIMIT: false if either is missing
below() { is_number "$1" && is_number "$2" && [ "$1" -lt "$2" ]; }
# the time on battery needs no confirmation
is_late() {
  time_on_battery=$(for_seconds "$on_battery")
  is_number "$EARLY_ON_BATTERY" && [ "$time_on_battery" -ge $((EARLY_ON_BATTERY + $1)) ]
}
is_low() {
  { [ -n "$EARLY_CHARGE" ] && below "$(value_of "$1" battery.charge)" "$EARLY_CHARGE"; } ||
    { [ -n "$EARLY_RUNTIME" ] && below "$(value_of "$1" battery.runtime)" "$EARLY_RUNTIME"; } ||
    { recharges "$1" && ! is_charged "$(value_of "$1" battery.charge)"; }
}
# recharges UPS@HOST:PORT: true if the UPS has cut its output, or killpowerd recorded a power-off of this node, less than RECHARGE_SECONDS
# ago. A battery that was just connected to mains power reports low battery late, with less runtime than was measured.
recharges() {
  ! counts_down "${1%%@*}" "$RECHARGE_SECONDS" cut || return 0
  { read -r off_at _ </killpower/last; } 2>/dev/null || return
  case $off_at in '' | *[!0-9]*) return 1 ;; esac
  # also while the clock is behind that time: it is not set yet
  [ $(($(date +%s) - off_at)) -lt "$RECHARGE_SECONDS" ]
}
# is_charged CHARGE: false if the UPS does not report it
is_charged() { is_number "$1" && [ "$1" -ge "$CHARGED_PERCENT" ]; }

if is_late "$2"; then exit 0; fi
if is_low "$1"; then
  # one bad reading, as while the load moves to the battery, powers nothing off
  [ "$(for_seconds "$beyond")" -ge $((EARLY_POLLS * POLL)) ]
else
  rm -f "$beyond"
  exit 1
fi
