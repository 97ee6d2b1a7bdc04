#!/bin/sh
# Exit status 0 while the API server of this host answers. keepalived runs it each second and moves the control-plane VIP when it fails.
#
# An API server that runs answers a request without credentials with 401 or 403. 503 means that it is starting, 500 that it is not ready.
# A leader election of etcd changes none of them, so it does not move the VIP.
#
# usage: check-api.sh [port]
status=$(curl --silent --insecure --output /dev/null --max-time 2 --write-out '%{http_code}' \
  "https://127.0.0.1:${1:-6443}/readyz")
case $status in
  200 | 401 | 403) exit 0 ;;
  *) exit 1 ;;
esac
