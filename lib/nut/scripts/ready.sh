#!/bin/sh
# Readiness of the container second: its loop runs, and the last preflight.sh printed ready. What this prints is shown by kubectl describe.
read -r looked </var/run/nut/looked || {
  echo 'second has not polled the UPSes yet'
  exit 1
}
IFS=. read -r now _ </proc/uptime
if [ $((now - looked)) -gt 60 ]; then
  echo "second has not polled the UPSes for $((now - looked)) s"
  exit 1
fi
grep -qx ready /var/run/nut/preflight || {
  cat /var/run/nut/preflight
  exit 1
}
