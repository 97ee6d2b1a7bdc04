#!/bin/sh
# systemctl start|restart|stop k3s: as systemd with the k3s.service of get.k3s.io and hosts/server/10-ha.conf.
# It stands for systemd on many servers; the scenario boot has the real one.
# Environment: NODE, STAND_IN and LOG, from /run/stand-in.env
# shellcheck disable=SC1091 # written by the drill
. /run/stand-in.env

stop() {
  [ -e /run/k3s.pid ] || return 0
  kill -9 "$(cat /run/k3s.pid)" 2>/dev/null
  rm -f /run/k3s.pid
}

start() {
  /usr/local/sbin/k3s-ha start || return
  if [ -r /run/k3s-ha/found.env ]; then
    # shellcheck disable=SC1091 # written by k3s-ha
    . /run/k3s-ha/found.env
    export K3S_CONFIG_FILE
  fi
  "$NODE" "$STAND_IN" /var/lib/rancher/k3s </dev/null >>"$LOG" 2>&1 &
  echo $! >/run/k3s.pid
  tries=100
  until k3s kubectl get --raw=/readyz >/dev/null 2>&1; do
    tries=$((tries - 1))
    if [ "$tries" -eq 0 ] || ! kill -0 "$(cat /run/k3s.pid)" 2>/dev/null; then
      stop
      return 1
    fi
    sleep 0.1
  done
  /usr/local/sbin/k3s-ha finish
  return 0
}

case $1 in
  start) [ -e /run/k3s.pid ] || start ;;
  restart)
    stop
    start
    ;;
  stop) stop ;;
  *)
    echo "systemctl $1 is not emulated" >&2
    exit 1
    ;;
esac
