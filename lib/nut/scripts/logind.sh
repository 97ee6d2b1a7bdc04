#!/bin/sh
# Powers this node off through systemd-logind, over the system bus of the node. Nothing is installed on the node.
#   logind.sh arm SECONDS REASON    power off in SECONDS, for good; an earlier time stays
#   logind.sh lease SECONDS         power off in SECONDS unless renewed or cancelled; an armed time replaces it
#   logind.sh cancel                end the lease, if there is one; an armed time stays
#   logind.sh check                 exit 0 if logind answers that it can power this node off; changes nothing
# Exit status 1: logind did not answer; the next call makes up for it.
#
# logind keeps one time, and each call replaces it. So each time is a file with one line, BOOT_ID UPTIME REASON. After each change,
# logind gets the time that applies, until the time sent last matches the files. This needs no lock for concurrent callers, and the next
# call corrects what a killed one left.
#
# Environment:
#   LOGIND_STATE             prefix of the names of these files; default: /killpower/.logind
#   DBUS_SYSTEM_BUS_ADDRESS  the bus; default: unix:path=/run/dbus/system_bus_socket

[ -n "$LOGIND_STATE" ] || LOGIND_STATE=/killpower/.logind
[ -n "$DBUS_SYSTEM_BUS_ADDRESS" ] || DBUS_SYSTEM_BUS_ADDRESS=unix:path=/run/dbus/system_bus_socket
export DBUS_SYSTEM_BUS_ADDRESS

usage() {
  echo 'usage: logind.sh arm SECONDS REASON | lease SECONDS | cancel | check' >&2
  exit 2
}

is_number() { case $1 in '' | *[!0-9]* | 0?* | ??????????*) return 1 ;; esac; }

# boot ID and uptime: a line of an earlier boot does not count, and setting the clock does not move a time
read -r boot </proc/sys/kernel/random/boot_id
IFS=. read -r now _ </proc/uptime

# earliest: sets first to the earliest armed time, else to the end of the lease, else to nothing
earliest() {
  first=
  for file in "$LOGIND_STATE".deadline.* "$LOGIND_STATE".lease; do
    # an armed node needs no lease, and nothing renews it: a stage may be longer than the lease
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

# plan UPTIME: logind takes microseconds since 1970, and acts at once on a time in the past
plan() {
  IFS=. read -r now _ </proc/uptime
  login1 ScheduleShutdown string:poweroff "uint64:$(($(date +%s) + $1 - now))000000" >/dev/null
}

# schedule: makes logind match the files
schedule() {
  sent=unknown
  earliest
  while [ "$sent" != "$first" ]; do
    sent=$first
    if [ -n "$sent" ]; then plan "$sent"; else login1 CancelScheduledShutdown >/dev/null; fi || return 1
    earliest
  done
}

case $1 in
arm)
  is_number "$2" || usage
  at=$((now + $2))
  # one file per time, so that concurrent callers do not overwrite each other
  if printf '%s %s %s\n' "$boot" "$at" "$3" >"$LOGIND_STATE.deadline.$at"; then schedule; else plan "$at"; fi
  ;;
lease)
  is_number "$2" || usage
  rm -f "$LOGIND_STATE.over"
  if printf '%s %s lease\n' "$boot" $((now + $2)) >"$LOGIND_STATE.lease"; then
    schedule
  elif [ -e "$LOGIND_STATE.lease" ]; then
    # a full directory: the file is empty, and is there for cancel
    earliest
    plan "${first:-$((now + $2))}"
  else
    exit 1
  fi
  ;;
cancel)
  # the lease moves aside until logind has cancelled it, so that the next call completes a cancel that failed
  mv -f "$LOGIND_STATE.lease" "$LOGIND_STATE.over" 2>/dev/null
  # without a lease, a scheduled shutdown is not ours and stays
  [ -e "$LOGIND_STATE.over" ] || exit 0
  schedule && rm -f "$LOGIND_STATE.over"
  ;;
check) login1 CanPowerOff 2>/dev/null | grep -q '"yes"' ;;
*) usage ;;
esac
