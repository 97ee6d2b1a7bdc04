#!/bin/sh
# Readiness of the container second: its loop runs, and the last preflight.sh printed ready.
read -r looked </var/run/nut/looked || exit 1
IFS=. read -r now _ </proc/uptime
[ $((now - looked)) -le 60 ] && grep -qx ready /var/run/nut/preflight
