#!/bin/sh
# NOTIFYCMD of upsmon: logs each event, and is one more caller that commits. FSD concerns one UPS and SHUTDOWN this node, so FSD commits
# only a node with one UPS.
. /scripts/common.sh
log "$NOTIFYTYPE $UPSNAME"
case $NOTIFYTYPE in
  SHUTDOWN) exec /scripts/commit.sh "$CONTAINER-notify" ;;
  FSD) [ "$FEEDS" -gt 1 ] || exec /scripts/commit.sh "$CONTAINER-notify" ;;
esac
