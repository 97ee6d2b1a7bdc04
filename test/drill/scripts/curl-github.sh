#!/bin/sh
# curl of a host without internet access: files of a release of k3s are in a folder, and the members of etcd in a file, or of a real etcd
# without TLS. All other URLs go
# to the real curl
for url; do :; done
case $url in
  https://raw.githubusercontent.com/k3s-io/k3s/*)
    while [ "$1" != -o ]; do shift; done
    exec cp "/usr/local/share/github/${url##*/}" "$2"
    ;;
  # whether the data of k3s has this key
  */v3/kv/range)
    while [ "$1" != -d ]; do shift; done
    key=$(echo "$2" | sed 's/.*"key": "\([^"]*\)".*/\1/' | base64 -d)
    grep -qF "$key" /var/lib/rancher/k3s/server/db/cluster.json && echo '{"count":"1"}' || echo '{}'
    ;;
  */v3/cluster/member/*)
    [ ! -e /usr/local/share/members ] || exec cat /usr/local/share/members
    for word; do
      shift
      case $word in https://127.0.0.1:2379/*) word=http${word#https} ;; esac
      set -- "$@" "$word"
    done
    exec /usr/local/share/curl "$@"
    ;;
  *) exec /usr/local/share/curl "$@" ;;
esac
