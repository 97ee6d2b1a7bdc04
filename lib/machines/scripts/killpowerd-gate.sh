#!/bin/sh
# Part of killpowerd, which synth puts in its place: a record on disk of a shutdown, and what the next boot does with it.
# shellcheck shell=sh disable=SC2034,SC2154 # variables of killpowerd.sh

# record FILE: writes BOOT_ID SECONDS_SINCE_1970 CUT_SECONDS REASON, once per boot, for a deadline and for a lease that has expired. No UPS
# cuts its output in the rehearsal of one host. In the background: a disk that hangs must not delay the power-off.
record() {
  [ -z "$recorded" ] && [ "$cut" -gt 0 ] && [ "$why" != rehearsal ] || return
  [ "$1" = deadline ] || [ "$now" -ge "$at" ] || return
  recorded=yes
  {
    read -r whose _ <"$KILLPOWERD_RECORD" && [ "$whose" = "$boot" ] && exit
    mkdir -p "${KILLPOWERD_RECORD%/*}"
    # no UPS cuts its output because one host is shed
    [ "$why" != shed ] || cut=0
    # without sync, which may hold the shutdown: a host that is cut needs no record
    printf '%s %s %s %s\n' "$boot" "$(date +%s)" "$cut" "$1: $why" >"$KILLPOWERD_RECORD.new" &&
      mv -f "$KILLPOWERD_RECORD.new" "$KILLPOWERD_RECORD"
    [ ! -e "$dir/peers" ] || cat "$dir/awaited" "$dir/peers" >"$KILLPOWERD_RECORD.awaited"
  } 2>/dev/null &
}

# may_be_cut: sets left to the seconds in which a UPS may cut the output because of an earlier boot; false if there are none
may_be_cut() {
  { read -r whose at left _ <"$KILLPOWERD_RECORD"; } 2>/dev/null || return
  [ "$whose" != "$boot" ] && is_number "$left" || return
  case $at in '' | *[!0-9]* | 0* | ?????????????*) return 1 ;; esac
  age=$(($(date +%s) - at))
  # a clock behind that time is wrong; the wait is no longer than a cut takes
  [ "$age" -lt 0 ] || left=$((left - age))
  [ "$left" -gt 0 ]
}

# tell_last: writes the record of an earlier boot to DIRECTORY/last, for the pods, which do not read the disk of the host
tell_last() {
  { read -r whose at _ why <"$KILLPOWERD_RECORD"; } 2>/dev/null && [ "$whose" != "$boot" ] && put last "$at $why"
}

# gate: false if it powers this host off again
gate() {
  tell_last
  if may_be_cut; then
    log "restarted while the UPS may cut its output, for another $left s"
    if [ "$wake" -gt 0 ] && [ "$left" -gt "$GATE_WAITS" ] && ls "$KILLPOWERD_RTC"/rtc*/wakealarm >/dev/null 2>&1; then
      wake=$((left + GATE_WAITS))
      halt=$GATE_HALT
      why='restarted during a shutdown'
      power_off gate
      return 1
    fi
    log "k3s starts in $left s"
    gone=$((now + left))
    while read_uptime && [ "$now" -lt "$gone" ]; do pause "$KILLPOWERD_POLL"; done
  fi
  # the pods wake those of its hosts that stay off
  [ "$whose" = "$boot" ] || mv -f "$KILLPOWERD_RECORD.awaited" "$dir/awaited" 2>/dev/null
  return 0
}
# seconds. A power-off and a boot take about as long as the shortest wait, so it powers off only for more
GATE_WAITS=60
# halt budget of a host on which only the system runs
GATE_HALT=60
