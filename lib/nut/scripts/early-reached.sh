#!/bin/sh
# early-reached.sh UPS: true when a UPS whose cable is here has been on battery for too long, or its charge or runtime is below the
# limit of cluster.yaml. The start of the battery time is kept by whoever looks first.
. /scripts/common.sh
since=/var/run/nut/on-battery.$CONTAINER.$1
case " $(status_of "$1@127.0.0.1:$UPSD_PORT") " in
  *' OB '*) ;;
  *' OL '*)
    rm -f "$since"
    exit 1
    ;;
  *) exit 1 ;;
esac
[ -e "$since" ] || uptime_seconds >"$since"
value_of() { timeout 4 upsc "$1@127.0.0.1:$UPSD_PORT" "$2" 2>/dev/null | cut -d. -f1; }
# below VALUE LIMIT: false when either is not there
below() { is_number "$1" && is_number "$2" && [ "$1" -lt "$2" ]; }

if is_number "$EARLY_ON_BATTERY" && [ $(($(uptime_seconds) - $(cat "$since"))) -ge "$EARLY_ON_BATTERY" ]; then exit 0; fi
if [ -n "$EARLY_CHARGE" ] && below "$(value_of "$1" battery.charge)" "$EARLY_CHARGE"; then exit 0; fi
if [ -n "$EARLY_RUNTIME" ] && below "$(value_of "$1" battery.runtime)" "$EARLY_RUNTIME"; then exit 0; fi
exit 1
