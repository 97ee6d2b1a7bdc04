#!/bin/sh
# commit.sh REASON: the point of no return of this machine, while everything is still whole. First the machine, by a local file; then
# the UPSes whose cable is here. The second never decides about the first. Any container of the node may call it, any number of times.
. /scripts/common.sh
arm "$STAGE" "$1"
[ -r "/config/$NODE_NAME.cables" ] && [ -r /secret/primary ] || exit 0
while read -r ups offdelay _; do
  case $(state_of "$ups@127.0.0.1:$UPSD_PORT") in
    'done')
      declare_shutdown "$ups"
      cut_load "$ups" "$offdelay"
      ;;
    # upsd goes down with this machine, and nobody could tell this UPS later. Its other machines have to hear of it, or they would run
    # until it cuts their load
    battery) ! declare_shutdown "$ups" || cut_load "$ups" "$offdelay" ;;
  esac
done <"/config/$NODE_NAME.cables"
