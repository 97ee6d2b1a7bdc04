#!/bin/sh
# Powers this machine off through systemd-logind, over the system bus of the machine: nothing has to be installed on it.
#   logind.sh arm SECONDS REASON    in so many seconds and for good; an earlier time stays
#   logind.sh lease SECONDS         in so many seconds, unless it is renewed or cancelled before, or a time is armed
#   logind.sh cancel                the lease is over; what was armed stays. Without a lease it does nothing
#   logind.sh check                 changes nothing; ends with 0 when logind answers that it would power this machine off
# Ends with 1 when logind could not be told; the next call tells it whatever it has missed.
#
# logind knows one time only, and a later call replaces it. So every time stands in a file, one line BOOT_ID UPTIME REASON, and after
# each change logind is told the one that counts, until what it was told last is what the files say. That holds without a lock for any
# number of callers, also when one of them is killed half way: the next one puts it right.
#
# Environment:
#   LOGIND_STATE             begin of the names of these files; default: /killpower/.logind
#   DBUS_SYSTEM_BUS_ADDRESS  the bus; default: unix:path=/run/dbus/system_bus_socket

[ -n "$LOGIND_STATE" ] || LOGIND_STATE=/killpower/.logind
[ -n "$DBUS_SYSTEM_BUS_ADDRESS" ] || DBUS_SYSTEM_BUS_ADDRESS=unix:path=/run/dbus/system_bus_socket
export DBUS_SYSTEM_BUS_ADDRESS

usage() {
  echo 'usage: logind.sh arm SECONDS REASON | lease SECONDS | cancel | check' >&2
  exit 2
}

is_number() { case $1 in '' | *[!0-9]* | 0?* | ??????????*) return 1 ;; esac; }

# a line of an earlier boot must not count, and a clock that somebody sets must not move a time
read -r boot </proc/sys/kernel/random/boot_id
IFS=. read -r now _ </proc/uptime

# earliest: sets first to the earliest time that is armed, or else to the end of the lease; to nothing when there is no time at all
earliest() {
  first=
  for file in "$LOGIND_STATE".deadline.* "$LOGIND_STATE".lease; do
    # whoever is armed needs no lease, and nobody renews it any more: a stage may be longer than it lives
    [ -z "$first" ] || [ "$file" != "$LOGIND_STATE".lease ] || break
    { read -r whose at _ <"$file"; } 2>/dev/null || continue
    if [ "$whose" != "$boot" ] || ! is_number "$at"; then continue; fi
    if [ -z "$first" ] || [ "$at" -lt "$first" ]; then first=$at; fi
  done
}

login1() {
  method=$1
  shift
  timeout 5 dbus-send --system --print-reply --reply-timeout=3000 --dest=org.freedesktop.login1 /org/freedesktop/login1 \
    "org.freedesktop.login1.Manager.$method" "$@"
}

# plan UPTIME: in microseconds since 1970, as logind wants it; a time that is over is at once
plan() {
  IFS=. read -r now _ </proc/uptime
  login1 ScheduleShutdown string:poweroff "uint64:$(($(date +%s) + $1 - now))000000" >/dev/null
}

# tell: makes logind do what the files say
tell() {
  told=unknown
  earliest
  while [ "$told" != "$first" ]; do
    told=$first
    if [ -n "$told" ]; then plan "$told"; else login1 CancelScheduledShutdown >/dev/null; fi || return 1
    earliest
  done
}

case $1 in
arm)
  is_number "$2" || usage
  at=$((now + $2))
  # a file for each time, so that of two callers at once none overwrites the other
  if printf '%s %s %s\n' "$boot" "$at" "$3" >"$LOGIND_STATE.deadline.$at"; then tell; else plan "$at"; fi
  ;;
lease)
  is_number "$2" || usage
  printf '%s %s lease\n' "$boot" $((now + $2)) >"$LOGIND_STATE.lease"
  rm -f "$LOGIND_STATE.over"
  tell
  ;;
cancel)
  # the lease moves aside and is forgotten once logind knows, so that a cancel that failed is done by the next one
  mv -f "$LOGIND_STATE.lease" "$LOGIND_STATE.over" 2>/dev/null
  # with none there is nothing of ours to cancel, and a shutdown that somebody else has planned is none of our business
  [ -e "$LOGIND_STATE.over" ] || exit 0
  tell && rm -f "$LOGIND_STATE.over"
  ;;
check) login1 CanPowerOff 2>/dev/null | grep -q '"yes"' ;;
*) usage ;;
esac
