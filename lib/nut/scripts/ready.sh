#!/bin/sh
# Readiness of the container `second`: what preflight.sh said last.
grep -qx ready /var/run/nut/preflight
