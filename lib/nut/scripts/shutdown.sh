#!/bin/sh
# SHUTDOWNCMD of upsmon.
exec /scripts/commit.sh "$CONTAINER"
