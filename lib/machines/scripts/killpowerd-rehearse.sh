#!/bin/sh
# Part of killpowerd, which synth puts in its place: the power-off of this host alone, shown or done.
# shellcheck disable=SC2154 # variables of killpowerd
rehearse() {
  result=1
  if ! { read -r whose polled running _ <"$dir/heartbeat"; } 2>/dev/null || [ "$whose" != "$boot" ] || ! is_number "$polled" ||
    [ $((now - polled)) -gt 10 ]; then
    echo 'problem: killpowerd does not run on this host; start the service killpowerd'
  elif [ "$running" != "$hash" ]; then
    echo "problem: the running killpowerd is another version than $0; restart the service killpowerd"
  elif examine "$dir/deadline"; then
    echo "problem: a power-off is scheduled in $((at - now)) s ($why); wait for it"
  else
    echo 'ok: killpowerd runs'
    result=0
  fi
  echo "ok: it powers off by '$KILLPOWERD_POWEROFF', after the halt budget by '$KILLPOWERD_FORCE', then by $KILLPOWERD_SYSRQ"
  for alarm in "$KILLPOWERD_RTC"/rtc*/wakealarm; do
    if [ -e "$alarm" ]; then echo "ok: $alarm exists"; else echo 'note: no RTC of this host has a wake alarm; press its power button'; fi
  done
  [ "$result" = 0 ] && [ -n "$rehearsal" ] || return "$result"
  put deadline "$boot $((now + 10)) $rehearsal rehearsal" || {
    echo "problem: cannot write $dir/deadline; check whether the directory is full or read-only"
    return 1
  }
  echo "powers off in 10 s, forced after another $rehearsal s; to cancel it: rm $dir/deadline"
}
