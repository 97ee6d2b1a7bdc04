#!/bin/sh
# Part of install.sh, which installScript puts in its place: how a host leaves the cluster.
#   state      prints what the host has: none, data, or new for data of a server or agent that a replacement has started
#   leave      stops k3s and moves the data of etcd away, so that this host joins anew
#   detach     keeps k3s running, for the quorum of etcd, but not starting again
#   uninstall  removes k3s and every file of hosts/; volumes of pods stay
#   etcd       prints the members of etcd, as its API does
#   evict:ID   removes a member of etcd, as k3s does when a Node is deleted
# shellcheck disable=SC2154 # variables of install.sh
data=$root/var/lib/rancher/k3s
mark=$root/usr/local/share/k3s-ha/replacing

state() {
  [ "$role" = agent ] && identity=agent/client-kubelet.crt || identity=server/db/etcd/member/wal
  if [ ! -e "$data/$identity" ]; then echo none; elif [ -e "$mark" ]; then echo new; else echo data; fi
}
leave() {
  mkdir -p "${mark%/*}" && : >"$mark" || fail "cannot write $mark; check its disk"
  stop_k3s || ! is_active "$service" || fail "$service does not stop; see $(log_named "$service")"
  old=$data/server/db-$(date +%s)
  [ ! -d "$data/server/db" ] || { mv "$data/server/db" "$old" && say "etcd data and snapshots moved to $old"; } || fail "cannot move $data/server/db; check its disk"
}
detach() { stay_off || ! has k3s || fail "$service cannot be disabled; see $(log_named "$service")"; }
uninstall() {
  bin=$root/usr/local/bin
  # containers outlive k3s: its unit has KillMode=process
  [ ! -e "$bin/k3s-killall.sh" ] || sh "$bin/k3s-killall.sh" >"$work/log" 2>&1
  if [ -n "$(ls -A "$data/storage" 2>/dev/null)" ]; then
    kept=$root/var/lib/k3s-storage-$(date +%s)
    mv "$data/storage" "$kept" && say "volumes of pods moved to $kept" || fail "cannot move $data/storage; move it by hand"
  fi
  for uninstaller in "$bin/k3s-uninstall.sh" "$bin/k3s-agent-uninstall.sh"; do
    [ ! -e "$uninstaller" ] || sh "$uninstaller" >"$work/log" 2>&1
  done
  ! has k3s || fail "k3s is still installed ($(tail -n 1 "$work/log")); run k3s-uninstall.sh by hand"
  for one in $services; do turn_off "$one"; done
  while read -r _ path; do rm -f "$root$path"; done <"$work.list"
  rm -rf "$root/etc/rancher" "$data" "${mark%/*}" "$root/etc/systemd/system/$service.service.d" "$root/run/systemd/system/$service.service.d" "$root/run/k3s-ha" ||
    fail 'not every file is removed; check its disk, and run this again'
  reload
  say 'ok: k3s and the files of hosts/ are removed'
}

# MARK: what k3s has logged since then about a host that was installed anew, or was removed: https://github.com/k3s-io/k3s/issues/10408
refuse_identity() {
  case $(log_since "$service" "$1") in
    *'duplicate node name found'*) why="etcd has a member of an earlier host $name" ;;
    *'has been permanently removed from the cluster'*) why='etcd has removed this host, which has its old data' ;;
    *'Node password rejected'*) why="the cluster has the password of an earlier host $name" ;;
    *) return ;;
  esac
  fail "$why; run machines replace $name"
}

# PATH BODY: a call of the API of etcd; sets $answer
etcd_api() {
  tls=$data/server/tls/etcd
  answer=$(curl --noproxy '*' -gsS --max-time 10 --cacert "$tls/server-ca.crt" --cert "$tls/client.crt" --key "$tls/client.key" -d "$2" "$etcd/v3/$1" 2>&1) || return
  case $answer in *'"error":'*) return 1 ;; esac
}
etcd() { etcd_api cluster/member/list '{}' || fail "etcd does not list its members ($answer); see $(log_named k3s)"; echo "$answer"; }
# etcd refuses until its members have been connected for 5 s
evict() {
  end=$(($(date +%s) + 30))
  until etcd_api cluster/member/remove "{\"ID\":\"$1\"}"; do
    [ "$(date +%s)" -lt "$end" ] || fail "etcd does not remove its member $1 ($answer); restart k3s, which connects to every server anew, and run this again"
    sleep 1
  done
  say "etcd member $1 removed"
}
