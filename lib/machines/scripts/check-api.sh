#!/bin/sh
# Succeeds while the API server of this machine answers; keepalived runs it each second and gives the virtual IP away when it fails.
#
# k3s answers 401 to a request without credentials, and 403 where it knows nobody else: both are answers of a living API server.
# 503 is what k3s says on the same port while its API server starts, and 500 what an API server says that is not ready.
# An election of etcd changes none of them, so it does not move the virtual IP.
#
# usage: check-api.sh [port]
status=$(curl --silent --insecure --output /dev/null --max-time 2 --write-out '%{http_code}' \
  "https://127.0.0.1:${1:-6443}/readyz")
case $status in
  200 | 401 | 403) exit 0 ;;
  *) exit 1 ;;
esac
