#!/bin/sh
# NOTIFYCMD of upsmon: one line in the log for each event, and another chance to commit. FSD is about one UPS, SHUTDOWN about this
# machine, so FSD commits only where there is one UPS.
. /scripts/common.sh
log "$NOTIFYTYPE $UPSNAME"
case $NOTIFYTYPE in
  SHUTDOWN) exec /scripts/commit.sh "$CONTAINER-notify" ;;
  FSD) [ "$FEEDS" -gt 1 ] || exec /scripts/commit.sh "$CONTAINER-notify" ;;
esac
