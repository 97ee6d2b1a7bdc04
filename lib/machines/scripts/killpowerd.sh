#!/bin/sh
# killpowerd [--cut SECONDS] [--wake SECONDS] DIRECTORY
#   Powers this host off at the time in DIRECTORY/deadline or DIRECTORY/lease, whatever else has failed by then. Run it as root under a
#   supervisor.
#   --wake SECONDS  before the power-off, set the wake alarm of each RTC to SECONDS from then; 0: none
#   --cut SECONDS   a UPS may cut its output for so long after a deadline was set, which a record on disk keeps; 0: no record
# killpowerd --gate [--wake SECONDS] DIRECTORY
#   Run it before k3s. It exits at once unless an earlier boot recorded that a UPS may still cut its output. Then it powers this host off
#   again, with an alarm behind the cut. Without an alarm it waits until then: a cut damages least while nothing has started.
# killpowerd --check FILE...
#   Prints what each file would cause; does nothing.
# killpowerd --rehearse [--power-off HALT_SECONDS] DIRECTORY
#   Prints what a power-off of this host would use. Exit status 1: something is missing.
#   --power-off  if nothing is missing, writes DIRECTORY/deadline, so that the running killpowerd powers off this host alone in 10 s
#
# A file is one line:  BOOT_ID UPTIME HALT_SECONDS [REASON...]
# When the uptime of boot BOOT_ID reaches UPTIME (whole seconds), the host is powered off. HALT_SECONDS is the halt budget: a host that is
# still up then is forced off. A lease does nothing if it is renewed or removed in time, or beside a deadline. All other content is
# ignored: a line of another boot, an incomplete line, a value that is not a number.
#
# It writes
#   DIRECTORY/heartbeat  BOOT_ID UPTIME of its last poll, until it powers off, and HASH of this script: the first 12 digits of its SHA-256
#   DIRECTORY/called     the line that caused the power-off, with the uptime at that time. A power-off is final: no file cancels it, and
#                        this script continues it after a restart
#   DIRECTORY/last       SECONDS_SINCE_1970 REASON of the last power-off, by --gate
#
# Environment, for tests and unusual hosts:
#   KILLPOWERD_POWEROFF  command that powers off through init; default: systemctl poweroff -i, or poweroff without systemd
#   KILLPOWERD_FORCE     command that powers off without init; default: poweroff -f -n
#   KILLPOWERD_SYSRQ     file for the last resort; default: /proc/sysrq-trigger
#   KILLPOWERD_PATIENCE  seconds between these steps; default: 5
#   KILLPOWERD_POLL      seconds between two polls; default: 1
#   KILLPOWERD_BOOT_ID   default: /proc/sys/kernel/random/boot_id
#   KILLPOWERD_UPTIME    default: /proc/uptime
#   KILLPOWERD_RTC       folder with the RTCs; default: /sys/class/rtc
#   KILLPOWERD_RECORD    the record; default: /var/lib/rancher/killpowerd, kept like the data of k3s. Beside it, with the end .awaited: the
#                        hosts that were up, from DIRECTORY/peers

usage() {
  echo 'usage: killpowerd [--gate] [--cut SECONDS] [--wake SECONDS] DIRECTORY' >&2
  echo '       killpowerd --check FILE...' >&2
  echo '       killpowerd --rehearse [--power-off HALT_SECONDS] DIRECTORY' >&2
  exit 2
}

# Waits for the last background process, for 1 s at most. What may hang runs there: a full pipe, a dead disk or a driver must not hold the
# power-off.
bounded() {
  tries=50
  while [ "$tries" -gt 0 ] && kill -0 "$!" 2>/dev/null; do
    sleep 0.02
    tries=$((tries - 1))
  done
}

# The journal adds the time, a plain log file does not. While an earlier line hangs, a later one is not waited for.
log() {
  if [ -n "$JOURNAL_STREAM" ]; then
    printf '%s\n' "$1" >&2
  else
    printf '%s killpowerd: %s\n' "$(date '+%Y-%m-%d %H:%M:%S')" "$1" >&2
  fi &
  { [ -n "$hung" ] && kill -0 "$hung" 2>/dev/null; } || { bounded; hung=$!; }
}

# 0 to 999999999, about 31 years: no shell overflows there
is_number() {
  case $1 in '' | *[!0-9]* | 0?* | ??????????*) return 1 ;; esac
}

read_uptime() {
  IFS=. read -r now _ <"$KILLPOWERD_UPTIME" && is_number "$now"
}

# pause SECONDS. At the end of a shutdown systemd kills processes whose name does not start with @. It checks whether they are gone every
# 10 s, and whenever a child of PID 1 exits: here is one.
pause() {
  sleep "$1" || (: &)
}

# examine FILE: sets at, halt and why, or fails and sets problem
examine() {
  problem=
  if [ ! -e "$1" ]; then
    problem='file not found'
  elif [ ! -f "$1" ]; then
    problem='not a regular file'
  elif ! { read -r whose at halt why <"$1"; } 2>/dev/null; then
    problem='incomplete line'
  elif [ "$whose" != "$boot" ]; then
    problem='line of another boot'
  elif ! is_number "$at" || ! is_number "$halt"; then
    problem='no valid uptime and halt budget'
  fi
  # it is printed on a console
  case $why in *[!a-zA-Z0-9\ .,:_/@=+-]*) why='unprintable reason' ;; esac
  [ -z "$problem" ]
}

check() {
  if ! examine "$1"; then
    echo "$1: ignored, $problem"
  elif [ "$now" -ge "$at" ]; then
    echo "$1: power-off now, forced after $halt s ($why)"
  else
    echo "$1: power-off in $((at - now)) s, forced after another $halt s ($why)"
  fi
}

# shellcheck source=lib/machines/scripts/killpowerd-rehearse.sh
. lib/machines/scripts/killpowerd-rehearse.sh

# shellcheck source=lib/machines/scripts/killpowerd-files.sh
. lib/machines/scripts/killpowerd-files.sh

# One at a time beside the main loop, which logs the result of the last one.
heartbeat() {
  if [ -n "$beat" ]; then
    ! kill -0 "$beat" 2>/dev/null || return
    if wait "$beat"; then
      [ -z "$unwritable" ] || log "can write $dir/heartbeat again"
      unwritable=
    else
      [ -n "$unwritable" ] || log "cannot write $dir/heartbeat; check whether the directory is full or read-only"
      unwritable=yes
    fi
  fi
  write_heartbeat &
  beat=$!
}

write_heartbeat() {
  put heartbeat "$boot $now $hash" || {
    mkdir -p "$dir" 2>/dev/null
    return 1
  }
  reserve heartbeat
  reserve called
  return 0
}

set_clocks() {
  [ "$wake" -gt 0 ] || return
  for alarm in "$KILLPOWERD_RTC"/rtc*/wakealarm; do
    if [ ! -e "$alarm" ]; then
      log 'no RTC of this host has a wake alarm'
      return
    fi
    # an RTC whose alarm is set accepts a new one only after 0
    { echo 0 >"$alarm"; } 2>/dev/null
    if { echo "+$wake" >"$alarm"; } 2>/dev/null; then
      log "$alarm wakes this host in $wake s"
    else
      log "cannot write $alarm: it will not wake this host"
    fi
  done
}

# shellcheck source=lib/machines/scripts/killpowerd-gate.sh
. lib/machines/scripts/killpowerd-gate.sh

# Runs beside the main loop: a command that hangs must not delay the forced power-off.
ask_to_power_off() {
  tried=
  until $KILLPOWERD_POWEROFF >&2; do
    status=$?
    [ -n "$tried" ] || log "'$KILLPOWERD_POWEROFF' failed with status $status; retrying every $KILLPOWERD_POLL s"
    tried=yes
    pause "$KILLPOWERD_POLL"
    kill -0 $$ 2>/dev/null || exit 1
  done
}

# power_off FILE: acts on the line that examine found
power_off() {
  log "$1 reached ($why): powering off, forced in $halt s"
  force_at=$((now + halt))
  { put called "$boot $now $halt $1 $why" || log "cannot write $dir/called"; } &
  bounded
  set_clocks &
  bounded
  ask_to_power_off &
}

# Commands that may hang run in the background.
force_off() {
  log "still up $halt s after the power-off; forcing it"
  # shellcheck disable=SC2086  # a command with arguments
  (sync && exec $KILLPOWERD_FORCE) >&2 &
  pause "$KILLPOWERD_PATIENCE"
  log 'still up; forcing it without sync'
  $KILLPOWERD_FORCE >&2 &
  pause "$KILLPOWERD_PATIENCE"
  log "still up; writing o to $KILLPOWERD_SYSRQ"
  { echo o >"$KILLPOWERD_SYSRQ" || log "cannot write $KILLPOWERD_SYSRQ"; } 2>/dev/null &
  pause "$KILLPOWERD_PATIENCE"
}

poll() {
  read_uptime || return
  if [ -z "$force_at" ]; then
    for file in deadline lease; do
      examine "$dir/$file" || continue
      record "$file"
      if [ "$now" -ge "$at" ]; then
        power_off "$file"
        return
      fi
      # a host with a deadline needs no lease, and nothing renews it: a stage may be longer than the lease
      break
    done
    heartbeat
  elif [ "$now" -ge "$force_at" ]; then
    force_off
  fi
}

LC_ALL=C
export LC_ALL
# late in a shutdown the reader of the log has exited
trap '' PIPE
if [ -z "$KILLPOWERD_POWEROFF" ]; then
  # -i: a program that inhibits shutdown must not outlast the battery
  if [ -d /run/systemd/system ]; then KILLPOWERD_POWEROFF='systemctl poweroff -i'; else KILLPOWERD_POWEROFF=poweroff; fi
fi
[ -n "$KILLPOWERD_FORCE" ] || KILLPOWERD_FORCE='poweroff -f -n'
[ -n "$KILLPOWERD_SYSRQ" ] || KILLPOWERD_SYSRQ=/proc/sysrq-trigger
[ -n "$KILLPOWERD_PATIENCE" ] || KILLPOWERD_PATIENCE=5
[ -n "$KILLPOWERD_POLL" ] || KILLPOWERD_POLL=1
[ -n "$KILLPOWERD_BOOT_ID" ] || KILLPOWERD_BOOT_ID=/proc/sys/kernel/random/boot_id
[ -n "$KILLPOWERD_UPTIME" ] || KILLPOWERD_UPTIME=/proc/uptime
[ -n "$KILLPOWERD_RTC" ] || KILLPOWERD_RTC=/sys/class/rtc
[ -n "$KILLPOWERD_RECORD" ] || KILLPOWERD_RECORD=/var/lib/rancher/killpowerd

recorded='' gates='' hung='' cut=0 wake=0
if [ "$1" = --gate ]; then gates=yes && shift; fi
if [ "$1" = --cut ]; then
  is_number "$2" || usage
  cut=$2
  shift 2
fi

case $1 in
--wake)
  if [ $# -ne 3 ] || ! is_number "$2"; then usage; fi
  wake=$2
  dir=$3
  ;;
--check) [ $# -ge 2 ] || usage ;;
--rehearse)
  rehearsal=
  if [ "$2" = --power-off ]; then
    is_number "$3" || usage
    rehearsal=$3
    shift 3
    set -- --rehearse "$@"
  fi
  [ $# -eq 2 ] || usage
  dir=$2
  ;;
-*) usage ;;
*)
  if [ $# -ne 1 ] || [ -z "$1" ]; then usage; fi
  dir=$1
  ;;
esac

# without a boot ID a line of an earlier boot would count
if ! read -r boot <"$KILLPOWERD_BOOT_ID" || [ -z "$boot" ] || ! read_uptime; then
  log "cannot read $KILLPOWERD_BOOT_ID or $KILLPOWERD_UPTIME"
  exit 1
fi
# of what runs, which may be older than the file later
hash=$(sha256sum "$0" 2>/dev/null | cut -c 1-12)
if [ "$1" = --check ]; then
  shift
  for file in "$@"; do check "$file"; done
  exit 0
fi
if [ "$1" = --rehearse ]; then
  rehearse
  exit
fi

unwritable='' force_at='' beat=''
mkdir -p "$dir" 2>/dev/null &
bounded
if [ -n "$gates" ]; then
  if gate; then exit 0; fi
elif examine "$dir/called" && [ "$at" -le "$now" ]; then
  log "restarted during a power-off ($why); continuing it"
  force_at=$((at + halt))
  ask_to_power_off &
else
  log "watching $dir"
fi
while :; do
  poll
  pause "$KILLPOWERD_POLL"
done
