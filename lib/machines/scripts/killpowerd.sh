#!/bin/sh
# killpowerd [--wake SECONDS] DIRECTORY
#   Powers this machine off when a time that stands in DIRECTORY/deadline or DIRECTORY/lease has come, whatever else on it is
#   dead by then. Run it under a supervisor, as root.
#   --wake SECONDS  before that, set every clock of the machine that can to wake it up again after so long; 0: none
# killpowerd --check FILE...
#   Says what it would make of each file, and does nothing.
#
# A file is one line:  BOOT_ID UPTIME HALT_SECONDS [REASON...]
# When the uptime of the boot BOOT_ID reaches UPTIME (whole seconds), the machine is powered off. When it is still up HALT_SECONDS
# later, it is forced off. A lease that is renewed or taken away in time does nothing, nor does one beside a deadline. Anything else
# in a file is ignored: a line of an earlier boot, half a line, what is no number.
#
# It writes
#   DIRECTORY/heartbeat  BOOT_ID UPTIME of its last look, until it powers off: by it others see that it is alive
#   DIRECTORY/called     the line it powered off for, with the uptime of that moment. A power-off is final: no file takes it
#                        back, and when this script is restarted it goes on from there
#
# Environment, for tests and for odd machines:
#   KILLPOWERD_POWEROFF  asks the init system to power off; default: systemctl poweroff -i, or poweroff without systemd
#   KILLPOWERD_FORCE     powers off without asking anybody; default: poweroff -f -n
#   KILLPOWERD_SYSRQ     file for when that does not work either; default: /proc/sysrq-trigger
#   KILLPOWERD_PATIENCE  seconds between these steps; default: 5
#   KILLPOWERD_POLL      seconds between two looks; default: 1
#   KILLPOWERD_BOOT_ID   default: /proc/sys/kernel/random/boot_id
#   KILLPOWERD_UPTIME    default: /proc/uptime
#   KILLPOWERD_RTC       folder with the clocks; default: /sys/class/rtc

usage() {
  echo 'usage: killpowerd [--wake SECONDS] DIRECTORY' >&2
  echo '       killpowerd --check FILE...' >&2
  exit 2
}

# The journal knows the time, a plain log file does not.
log() {
  if [ -n "$JOURNAL_STREAM" ]; then
    printf '%s\n' "$1" >&2
  else
    printf '%s killpowerd: %s\n' "$(date '+%Y-%m-%d %H:%M:%S')" "$1" >&2
  fi
}

# 0 to 999999999, about 31 years: far below where the arithmetic of any shell overflows
is_number() {
  case $1 in '' | *[!0-9]* | 0?* | ??????????*) return 1 ;; esac
}

read_uptime() {
  IFS=. read -r now _ <"$KILLPOWERD_UPTIME" && is_number "$now"
}

# pause SECONDS. At the end of a shutdown systemd ends what is not named @ and waits until it is gone, which it looks for whenever
# a child of its own ends and else every 10 s. It gets such a child here.
pause() {
  sleep "$1" || (: &)
}

# examine FILE: sets at, halt and why; or fails and sets problem
examine() {
  problem=
  if [ ! -e "$1" ]; then
    problem='there is no such file'
  elif [ ! -f "$1" ]; then
    problem='not a regular file'
  elif ! { read -r whose at halt why <"$1"; } 2>/dev/null; then
    problem='not a whole line'
  elif [ "$whose" != "$boot" ]; then
    problem='not of this boot'
  elif ! is_number "$at" || ! is_number "$halt"; then
    problem='no uptime or no halt budget'
  fi
  # it ends up on a console
  case $why in *[!a-zA-Z0-9\ .,:_/@=+-]*) why='a reason that cannot be printed' ;; esac
  [ -z "$problem" ]
}

check() {
  if ! examine "$1"; then
    echo "$1: ignored, $problem"
  elif [ "$now" -ge "$at" ]; then
    echo "$1: power-off now, by force after $halt s ($why)"
  else
    echo "$1: power-off in $((at - now)) s, by force after $halt s more ($why)"
  fi
}

# put FILE LINE: in one step, so that nobody ever reads half of it
put() {
  { printf '%s\n' "$2" >"$dir/.$1.new" && mv -f "$dir/.$1.new" "$dir/$1"; } 2>/dev/null
}

heartbeat() {
  if put heartbeat "$boot $now"; then
    [ -z "$mute" ] || log "can write $dir/heartbeat again"
    mute=
  else
    [ -n "$mute" ] || log "cannot write $dir/heartbeat"
    mute=yes
    mkdir -p "$dir" 2>/dev/null
  fi
}

set_clocks() {
  [ "$wake" -gt 0 ] || return
  for alarm in "$KILLPOWERD_RTC"/rtc*/wakealarm; do
    if [ ! -e "$alarm" ]; then
      log 'no clock here can wake this machine'
      return
    fi
    # a clock whose alarm is set takes a new one only after a 0
    { echo 0 >"$alarm"; } 2>/dev/null
    if { echo "+$wake" >"$alarm"; } 2>/dev/null; then
      log "$alarm wakes this machine in $wake s"
    else
      log "cannot set $alarm"
    fi
  done
}

# Runs beside the main loop: a command that hangs must not keep it from forcing the machine off.
ask_to_power_off() {
  tried=
  until $KILLPOWERD_POWEROFF >&2; do
    status=$?
    [ -n "$tried" ] || log "'$KILLPOWERD_POWEROFF' failed with status $status, trying it again and again"
    tried=yes
    pause "$KILLPOWERD_POLL"
    kill -0 $$ 2>/dev/null || exit 1
  done
}

# power_off FILE: for what examine found in it
power_off() {
  log "$1 reached ($why): powering off, by force in $halt s"
  force_at=$((now + halt))
  put called "$boot $now $halt $1 $why" || log "cannot write $dir/called"
  set_clocks
  ask_to_power_off &
}

# What can hang for ever runs beside.
force_off() {
  log "still up $halt s after the power-off, forcing it"
  # shellcheck disable=SC2086  # a command with arguments
  (sync && exec $KILLPOWERD_FORCE) >&2 &
  pause "$KILLPOWERD_PATIENCE"
  log 'still up, forcing it without a sync'
  $KILLPOWERD_FORCE >&2 &
  pause "$KILLPOWERD_PATIENCE"
  log "still up, asking the kernel by $KILLPOWERD_SYSRQ"
  { echo o >"$KILLPOWERD_SYSRQ"; } 2>/dev/null || log "cannot write $KILLPOWERD_SYSRQ"
  pause "$KILLPOWERD_PATIENCE"
}

look() {
  read_uptime || return
  if [ -z "$force_at" ]; then
    for file in deadline lease; do
      examine "$dir/$file" || continue
      if [ "$now" -ge "$at" ]; then
        power_off "$file"
        return
      fi
      # whoever has a deadline needs no lease, and nobody renews it any more: a stage may be longer than it lives
      break
    done
    heartbeat
  elif [ "$now" -ge "$force_at" ]; then
    force_off
  fi
}

LC_ALL=C
export LC_ALL
# late in a shutdown nobody reads the log any more
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

wake=0
case $1 in
--wake)
  if [ $# -ne 3 ] || ! is_number "$2"; then usage; fi
  wake=$2
  dir=$3
  ;;
--check) [ $# -ge 2 ] || usage ;;
-*) usage ;;
*)
  if [ $# -ne 1 ] || [ -z "$1" ]; then usage; fi
  dir=$1
  ;;
esac

# without a boot ID a line of an earlier boot would look like one of now
if ! read -r boot <"$KILLPOWERD_BOOT_ID" || [ -z "$boot" ] || ! read_uptime; then
  log "cannot read $KILLPOWERD_BOOT_ID and $KILLPOWERD_UPTIME"
  exit 1
fi
if [ "$1" = --check ]; then
  shift
  for file in "$@"; do check "$file"; done
  exit 0
fi

mute=
force_at=
mkdir -p "$dir" 2>/dev/null
if examine "$dir/called" && [ "$at" -le "$now" ]; then
  log "restarted after the power-off ($why), which goes on"
  force_at=$((at + halt))
  ask_to_power_off &
else
  log "watching $dir"
fi
while :; do
  look
  pause "$KILLPOWERD_POLL"
done
