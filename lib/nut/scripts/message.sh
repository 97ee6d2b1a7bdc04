#!/bin/sh
# message.sh TITLE TEXT: puts a message into the queue of each receiver of power.notify. At most 50 wait for one; the oldest is dropped.
# In:  NODE_NAME, CONTAINER, /config, /notify (ConfigMap nut-notify), /queue (directory on the disk of the node)
. /scripts/common.sh
# one line that needs no quoting in JSON, in a header and in the configuration of curl
line() { printf '%s' "$1" | tr '\n"\\' " ''" | tr -cd ' -~'; }

now=$(date +%s)
# in the order of their time, also within a second
name=$now.$(printf '%08d' $$)
status=0
while read -r receiver _; do
  queue=/queue/$receiver
  { mkdir -p "$queue" && printf '%s\n' "$now" "$(line "$1")" "$(line "$2")" >/queue/.new && mv -f /queue/.new "$queue/$name"; } 2>/dev/null || {
    log "cannot store a message for $receiver; check whether the disk of $NODE_NAME is full or read-only"
    status=1
    continue
  }
  while [ "$(ls "$queue" | wc -l)" -gt 50 ]; do
    rm -f "$queue/$(ls "$queue" | head -n 1)"
    log "more than 50 messages wait for $receiver; the oldest is dropped"
  done
done </notify/receivers
exit "$status"
