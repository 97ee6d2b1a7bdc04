#!/bin/sh
# k3s server ARGUMENT...: stands for k3s on a host with little more than busybox. As in the source of k3s, it waits for the file of
# --token-file, and then
#   with etcd data       -> continues with it, whatever the arguments
#   else --server        -> joins that server or exits with an error
#   else                 -> bootstraps a new cluster
# A cluster is one word here. A server sends it over plain HTTP to clients with the token.
data=/var/lib/rancher/k3s/server/db
say() { echo "k3s: $*"; }

say "starts with: $*"
join=
token=
for argument; do
  case $argument in
    --server=https://*) join=${argument#--server=https://} ;;
    --token-file=*) token=${argument#*=} ;;
  esac
done
until [ -e "$token" ]; do
  say "Waiting for $token to be available"
  sleep 2
done
secret=$(sha256sum <"$token" | cut -d ' ' -f 1)

if [ -d $data/etcd/member/wal ]; then
  say "continues with $(cat $data/cluster)"
else
  mkdir -p $data
  if [ -n "$join" ]; then
    if ! timeout 5 busybox wget -q -O $data/cluster "http://$join/$secret"; then
      say "cannot join https://$join"
      exit 1
    fi
    say "joins $(cat $data/cluster) through https://$join"
  else
    cut -c 1-8 /proc/sys/kernel/random/uuid >$data/cluster
    say "bootstraps $(cat $data/cluster)"
  fi
  mkdir -p $data/etcd/member/wal
fi
mkdir -p /run/k3s
cp $data/cluster "/run/k3s/$secret"
exec busybox httpd -f -p 6443 -h /run/k3s
