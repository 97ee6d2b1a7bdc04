#!/bin/sh
# k3s kubectl get --raw=/readyz | k3s kubectl apply -f FILE | k3s server --cluster-reset...: the k3s commands of scripts and runbook
# shellcheck disable=SC1091 # written by the drill
. /run/stand-in.env
case "$1 ${2:-} ${3:-}" in
  'kubectl get --raw=/readyz') exec curl -ksf --max-time 3 https://127.0.0.1:6443/readyz ;;
  'kubectl apply -f') cat "$4" >>/run/applied ;;
  'server --cluster-reset'*)
    shift
    exec "$NODE" "$STAND_IN" /var/lib/rancher/k3s "$@"
    ;;
  *)
    echo "k3s $* is not emulated" >&2
    exit 1
    ;;
esac
