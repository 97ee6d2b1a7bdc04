#!/bin/sh
# commit.sh REASON: the point of no return, while everything is still whole. First the machine, by a local file that cannot fail;
# then the UPSes whose cable is here. The second never decides about the first. Any container of the node may call it, any
# number of times.
. /scripts/common.sh
arm "$STAGE" "$1"
[ -r "/config/$NODE_NAME.cables" ] && [ -r /secret/primary ] || exit 0
while read -r ups offdelay; do
  # a node with two supplies may go down for the sake of one UPS; the other goes on
  case " $(status_of "$ups@127.0.0.1:$UPSD_PORT") " in
    *' FSD '* | *' OB '*) cut_load "$ups" "$offdelay" ;;
  esac
done <"/config/$NODE_NAME.cables"
