#!/bin/sh
# commit.sh REASON: commits this node to power off; nothing takes that back. First the node, by a local file, then the UPSes cabled to
# it, so that a UPS that fails cannot hold up the node. Any container of the node may call it, any number of times.
. /scripts/common.sh
arm "$STAGE" "$1"
[ -r "/config/$NODE_NAME.cables" ] && [ -r /secret/primary ] || exit 0
while read -r ups offdelay _ _ argument; do
  case $(state_of "$ups@127.0.0.1:$UPSD_PORT") in
    'done')
      declare_shutdown "$ups"
      cut_output "$ups" "$offdelay" "$argument"
      ;;
    # upsd powers off with this node, so nothing could command this UPS later. FSD first: without it, the other nodes of the UPS would
    # run until it cuts its output
    battery | unclear) ! declare_shutdown "$ups" || cut_output "$ups" "$offdelay" "$argument" ;;
  esac
done <"/config/$NODE_NAME.cables"
