#!/bin/sh
# k3s server ARGUMENT...: stands for k3s on a machine that has busybox and little else. As k3s's source has it, it waits for the file
# of --token-file, and then
#   etcd data is there   -> goes on with it, whatever the arguments say
#   else --server        -> joins there or ends with an error
#   else                 -> founds a new cluster
# A cluster is a word here, and a server tells it over plain HTTP to whoever knows the token.
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
  say "goes on with $(cat $data/cluster)"
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
    say "founds $(cat $data/cluster)"
  fi
  mkdir -p $data/etcd/member/wal
fi
mkdir -p /run/k3s
cp $data/cluster "/run/k3s/$secret"
exec busybox httpd -f -p 6443 -h /run/k3s
