#!/bin/sh
# The second opinion, independent of upsmon: commits when the UPSes say that the shutdown is declared, and keeps a dead-man lease
# while the machine lives on battery. When this loop, its container or the whole cluster dies then, the lease expires, and the
# machine powers itself off.
# In:  NODE_NAME, CONTAINER, /config, /secret (on a node with a UPS cable), /killpower
. /scripts/common.sh
trap 'kill $! "$preflights" 2>/dev/null; exit 0' TERM INT
pause() {
  sleep "$1" &
  wait $!
}

preflights=
# what was told in an earlier boot says nothing of this one
for told in /killpower/.told.*; do
  [ "$told" != "${told%."$(boot_id)"}" ] || rm -rf "$told"
done

# beside the loop below, which nothing may hold up
while :; do
  /scripts/preflight.sh >/var/run/nut/preflight.new 2>&1 || true
  cmp -s /var/run/nut/preflight.new /var/run/nut/preflight || sed "s/^/$CONTAINER: preflight: /" /var/run/nut/preflight.new
  mv -f /var/run/nut/preflight.new /var/run/nut/preflight
  sleep 20
done &
preflights=$!

# the driver of a UPS at this node runs and gets no answer
is_mute() { timeout 4 upsc "$1@127.0.0.1:$UPSD_PORT" ups.status 2>&1 | grep -q 'Data stale'; }

# seconds in which a machine cannot halt any more
SHORTEST_HALT=10
lease=no
while :; do
  # the lease counts from here: a feed that hangs must not make it longer
  looked=$(uptime_seconds)
  # the power values of the feeds that are on line, on battery, and done for
  line=0
  battery=0
  critical=0
  while read -r ups value; do
    case $(state_of "$ups") in
      'done') critical=$((critical + value)) ;;
      battery) battery=$((battery + value)) ;;
      line) line=$((line + value)) ;;
    esac # no answer counts as nothing: upsmon judges that, and the lease runs on
  done <"/config/$NODE_NAME.feeds"

  if [ $((SUPPLIES - critical)) -lt "$MIN_SUPPLIES" ]; then
    /scripts/commit.sh second-opinion
  elif [ "$line" -ge "$MIN_SUPPLIES" ]; then
    if [ "$lease" = yes ] || [ -e /killpower/lease ]; then
      rm -f /killpower/lease
      log 'on line again, the lease is released'
    fi
    lease=no
    # each time, because it also does what an earlier call could not; without a lease it does nothing
    [ "$ACTUATOR" != logind ] || /scripts/logind.sh cancel
  elif [ $((line + battery)) -ge "$MIN_SUPPLIES" ]; then
    [ "$lease" = yes ] || log "on battery: unless renewed, this machine powers off in $LEASE s"
    lease=yes
    write_line lease $((looked + LEASE)) lease
    [ "$ACTUATOR" != logind ] || /scripts/logind.sh lease "$LEASE"
  fi

  # a UPS that is done for is finished even where this machine lives on by another one
  if [ -r "/config/$NODE_NAME.cables" ]; then
    while read -r ups offdelay _; do
      case $(state_of "$ups@127.0.0.1:$UPSD_PORT") in
        'done')
          declare_shutdown "$ups"
          cut_load "$ups" "$offdelay"
          ;;
        # many a driver cannot know whether the UPS heard it, so one that goes mute before its cut may not have: it is told again when it
        # answers. After its cut it has only lost its power with its load, and would cut off those who boot when it is back
        unheard) ! is_mute "$ups" || ! counts_down "$ups" "$offdelay" || rm -f "/killpower/.told.$ups.$(boot_id)" ;;
        *)
          # it is going to cut, and upsd, which was started again, has forgotten why: machines that have not looked yet have to hear of
          # it, as long as they have time to halt
          if counts_down "$ups" $((offdelay - SHORTEST_HALT)); then
            declare_shutdown "$ups"
          # it has cut, its shutdown is over, and this machine has stayed up: the next time it has to be told again
          elif ! counts_down "$ups" "$offdelay"; then
            rm -f "/killpower/.told.$ups.$(boot_id)"
          fi
          ;;
      esac
      # the primary looks as often and goes first; the next look sees what is declared here. On line as well, which ends the times it keeps
      ! /scripts/early-reached.sh "$ups" $((5 * POLL)) || declare_shutdown "$ups"
    done <"/config/$NODE_NAME.cables"
  fi
  echo "$looked" >/var/run/nut/looked
  pause "$POLL"
done
