#!/bin/sh
# The second opinion, independent of upsmon: commits when the UPSes say that the shutdown is declared, and keeps a dead-man lease
# while the machine lives on battery. When this loop, its container or the whole cluster dies then, the lease expires, and the
# machine powers itself off.
# In:  NODE_NAME, CONTAINER, /config, /secret (on a node with a UPS cable), /killpower
. /scripts/common.sh
trap 'exit 0' TERM INT
pause() {
  sleep "$1" &
  wait $!
}

# what was told in an earlier boot says nothing of this one
for told in /killpower/.told.*; do
  [ ! -d "$told" ] || [ "$told" != "${told%."$(boot_id)"}" ] || rmdir "$told"
done

lease=no
late=0
checked=0
while :; do
  # the lease counts from here: a feed that hangs must not make it longer
  looked=$(uptime_seconds)
  # the power values of the feeds that are on line, on battery, and in a declared shutdown or at the end of their battery
  line=0
  battery=0
  critical=0
  while read -r ups value; do
    case " $(status_of "$ups") " in
      *' FSD '*) critical=$((critical + value)) ;;
      # neighbours share the blank between them, so the second word is without the one before it
      *' OB '*'LB '* | *' LB '*'OB '*) critical=$((critical + value)) ;;
      *' OB '*) battery=$((battery + value)) ;;
      *' OL '*) line=$((line + value)) ;;
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

  # a UPS that is done for is told to cut its load even where this machine lives on by another one
  if [ -r "/config/$NODE_NAME.cables" ]; then
    reached=no
    while read -r ups offdelay; do
      case " $(status_of "$ups@127.0.0.1:$UPSD_PORT") " in
        *' FSD '* | *' OB '*'LB '* | *' LB '*'OB '*) cut_load "$ups" "$offdelay" ;;
        # it has its mains again and this machine has stayed up: the next time it has to be told again
        *' OL '*) rmdir "/killpower/.told.$ups.$(boot_id)" 2>/dev/null ;;
      esac
      [ "$EARLY" = no ] || ! /scripts/early-reached.sh "$ups" || reached=yes
    done <"/config/$NODE_NAME.cables"
    # the primary looks as often and goes first
    if [ "$reached" = yes ]; then late=$((late + 1)); else late=0; fi
    [ "$late" -lt 5 ] || /scripts/commit.sh early
  fi

  now=$(uptime_seconds)
  if [ "$now" -ge "$checked" ]; then
    checked=$((now + 20))
    /scripts/preflight.sh >/var/run/nut/preflight.new 2>&1 || true
    cmp -s /var/run/nut/preflight.new /var/run/nut/preflight || sed "s/^/$CONTAINER: preflight: /" /var/run/nut/preflight.new
    mv -f /var/run/nut/preflight.new /var/run/nut/preflight
  fi
  pause "$POLL"
done
