#!/bin/sh
# Stands for the binary of k3s on a stock host: k3s-stand-in.js bootstraps, joins or continues. It applies kube-vip by a mark, at which the
# drill takes the VIP
# shellcheck disable=SC2154 # set by the drill
# exec: in the background its process is that of node
stand_in() { exec env NODE_PATH=/opt/drill/node_modules /opt/node /opt/drill/test/drill/scripts/k3s-stand-in.js /var/lib/rancher/k3s "$@"; }
case "$1 ${2:-} ${3:-}" in
  '--version  ') echo "k3s version $(cut -d ' ' -f 1 /var/lib/k3s-installed) (stand-in)" ;;
  'kubectl get --raw=/readyz') exec curl -ksf --max-time 3 https://127.0.0.1:6443/readyz ;;
  'etcd-snapshot save --name')
    echo snapshot >>/var/lib/k3s-life
    stand_in save "$4-$(uname -n)-$(date +%s)"
    ;;
  'token rotate --new-token') stand_in rotate "$4" ;;
  'server --cluster-reset'*)
    shift
    stand_in "$@"
    ;;
  'kubectl apply -f') cp "$4" /run/kube-vip-applied ;;
  'server  ')
    stand_in replicated &
    # the unit has KillMode=process
    trap 'kill $! && wait; exit 0' TERM
    until curl -ksf --max-time 3 https://127.0.0.1:6443/readyz >/dev/null; do
      kill -0 $! || exit 1
      sleep 0.2
    done
    install -m 0600 /usr/local/share/k3s.yaml /etc/rancher/k3s/k3s.yaml
    echo started >>/var/lib/k3s-life
    [ -z "${NOTIFY_SOCKET:-}" ] || systemd-notify --ready
    wait
    ;;
  *)
    echo "k3s $* is not emulated" >&2
    exit 1
    ;;
esac
