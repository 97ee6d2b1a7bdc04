#!/bin/sh
# The second opinion, independent of upsmon: commits at FSD or low battery, and renews a dead-man lease while the node is on battery. If
# this loop, its container or the cluster fails meanwhile, the lease expires and the node powers itself off.
# In:  NODE_NAME, CONTAINER, /config, /secret (on a node with a UPS cable), /killpower
. /scripts/common.sh
trap 'kill $! "$preflights" 2>/dev/null; exit 0' TERM INT
pause() {
  sleep "$1" &
  wait $!
}

preflights=
if { read -r last_at last_why </killpower/last; } 2>/dev/null; then
  log "last power-off of this node at $(date -u -d "@$last_at" '+%Y-%m-%d %H:%M') UTC ($last_why)"
fi
reserve deadline
reserve lease
# marks of commands in an earlier boot do not apply
for mark in /killpower/.commanded.* /killpower/.cut.*; do
  [ "$mark" != "${mark%."$(boot_id)"}" ] || rm -rf "$mark"
done

# in the background: nothing may hold up the loop below
while :; do
  /scripts/preflight.sh >/var/run/nut/preflight.new 2>&1 || true
  cmp -s /var/run/nut/preflight.new /var/run/nut/preflight || sed "s/^/$CONTAINER: preflight: /" /var/run/nut/preflight.new
  mv -f /var/run/nut/preflight.new /var/run/nut/preflight
  /scripts/wake.sh
  # for the pod nut-notify. In a full directory it gets old, which that pod reports
  { { uptime_seconds && cat /var/run/nut/preflight; } >/killpower/.preflight && mv -f /killpower/.preflight /killpower/preflight; } 2>/dev/null
  sleep 20
done &
preflights=$!

# the driver of a UPS at this node gets no answer, or upsd.sh has just restarted it because of that
is_stale() { timeout 4 upsc "$1@127.0.0.1:$UPSD_PORT" ups.status 2>&1 | grep -Eq 'Data stale|Driver not connected'; }

# seconds, too short for any node to halt
SHORTEST_HALT=10
lease=no
renew_lease() {
  acts "on battery; this node would power off in $LEASE s unless the dead-man lease is renewed" || return
  [ "$lease" = yes ] || log "on battery; this node powers off in $LEASE s unless the dead-man lease is renewed"
  lease=yes
  write_line lease $((looked + LEASE)) lease
  [ "$ACTUATOR" != logind ] || /scripts/logind.sh lease "$LEASE"
}
# release_lease REASON
release_lease() {
  if [ "$lease" = yes ] || [ -e /killpower/lease ]; then
    # kept as a reserve, see write_line
    mv -f /killpower/lease "/killpower/.lease.$CONTAINER.b"
    log "$1; dead-man lease released"
  fi
  lease=no
  # on every poll, which makes up for a call that failed
  [ "$ACTUATOR" != logind ] || /scripts/logind.sh cancel
}
# one of an armed pod before this one
[ "$ARMED" = yes ] || release_lease 'not armed'

outage=no
while :; do
  # the lease counts from here: a UPS that answers late does not extend it
  looked=$(uptime_seconds)
  # sums of the power values in each state
  line=0
  battery=0
  unclear=0
  critical=0
  shed=0
  while read -r ups value; do
    case $(state_of "$ups") in
      'done') critical=$((critical + value)) ;;
      battery) battery=$((battery + value)) ;;
      line) line=$((line + value)) ;;
      unclear) unclear=$((unclear + value)) ;;
    esac # no data adds nothing: upsmon acts on that, and the lease runs on
    # also on line, which resets the times it keeps
    [ -z "$SHED_ON_BATTERY$SHED_CHARGE$SHED_RUNTIME" ] || ! /scripts/early-reached.sh "$ups" 0 shed || shed=$((shed + value))
  done <"/config/$NODE_NAME.feeds"

  # what is up now is awaited after the outage, see wake.sh
  if [ $((battery + critical)) -eq 0 ]; then
    outage=no
  elif [ "$outage" = no ]; then
    outage=yes
    [ ! -e /killpower/peers ] || cat /killpower/peers >>/killpower/awaited
  fi
  if [ $((SUPPLIES - critical)) -lt "$MIN_SUPPLIES" ]; then
    /scripts/commit.sh second-opinion
  elif [ $((SUPPLIES - critical - shed)) -lt "$MIN_SUPPLIES" ]; then
    /scripts/commit.sh shed
  elif [ "$line" -ge "$MIN_SUPPLIES" ]; then
    release_lease 'mains power returned'
  elif [ $((line + battery)) -ge "$MIN_SUPPLIES" ] ||
    # what a UPS says for a moment, such as WAIT, ends no lease
    { [ $((line + battery + unclear)) -ge "$MIN_SUPPLIES" ] && [ -e /killpower/lease ]; }; then
    renew_lease
  fi

  # a UPS that is done is commanded even if another one keeps this node up
  if [ -r "/config/$NODE_NAME.cables" ]; then
    while read -r ups offdelay _ _ argument; do
      case $(state_of "$ups@127.0.0.1:$UPSD_PORT") in
        'done')
          declare_shutdown "$ups"
          cut_output "$ups" "$offdelay" "$argument"
          ;;
        # Many drivers cannot tell whether the UPS received a command. A UPS that stops answering before its cut is commanded again when
        # it answers. After its cut it is only without power; a second command would cut off nodes that boot when it returns.
        unknown) ! is_stale "$ups" || ! counts_down "$ups" "$offdelay" || rm -f "/killpower/.commanded.$ups.$(boot_id)" ;;
        *)
          # The UPS is about to cut, but upsd restarted without FSD. Set it again while nodes that have not seen it can still halt.
          if counts_down "$ups" $((offdelay - SHORTEST_HALT)); then
            declare_shutdown "$ups"
          # it has cut, and this node stayed up: the next shutdown commands it again
          elif [ -e "/killpower/.commanded.$ups.$(boot_id)" ] && ! counts_down "$ups" "$offdelay"; then
            mv -f "/killpower/.commanded.$ups.$(boot_id)" "/killpower/.cut.$ups.$(boot_id)"
          fi
          ;;
      esac
      # The primary polls as often and acts first; the next poll sees the FSD set here. Also on line, which resets the times it keeps.
      ! /scripts/early-reached.sh "$ups@127.0.0.1:$UPSD_PORT" $((EARLY_POLLS * POLL)) || declare_shutdown "$ups"
    done <"/config/$NODE_NAME.cables"
  fi
  echo "$looked" >/var/run/nut/looked
  pause "$POLL"
done
