#!/bin/sh
# early-reached.sh UPS SECONDS: true if a UPS cabled to this node is on battery and has reached a limit of power.earlyShutdown: the time on
# battery and SECONDS more, or a charge or runtime below its limit at EARLY_POLLS polls in a row. Each container keeps its own times.
. /scripts/common.sh
[ "$EARLY" = yes ] || exit 1
on_battery=/var/run/nut/on-battery.$CONTAINER.$1
beyond=/var/run/nut/beyond.$CONTAINER.$1
case $(state_of "$1@127.0.0.1:$UPSD_PORT") in
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
value_of() { timeout 4 upsc "$1@127.0.0.1:$UPSD_PORT" "$2" 2>/dev/null | cut -d. -f1; }
# below VALUE LIMIT: false if either is missing
below() { is_number "$1" && is_number "$2" && [ "$1" -lt "$2" ]; }
# the time on battery needs no confirmation
is_late() {
  time_on_battery=$(for_seconds "$on_battery")
  is_number "$EARLY_ON_BATTERY" && [ "$time_on_battery" -ge $((EARLY_ON_BATTERY + $1)) ]
}
is_low() {
  { [ -n "$EARLY_CHARGE" ] && below "$(value_of "$1" battery.charge)" "$EARLY_CHARGE"; } ||
    { [ -n "$EARLY_RUNTIME" ] && below "$(value_of "$1" battery.runtime)" "$EARLY_RUNTIME"; }
}

if is_late "$2"; then exit 0; fi
if is_low "$1"; then
  # one bad reading, as while the load moves to the battery, powers nothing off
  [ "$(for_seconds "$beyond")" -ge $((EARLY_POLLS * POLL)) ]
else
  rm -f "$beyond"
  exit 1
fi
