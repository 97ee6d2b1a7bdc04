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
  systemctl stop "$service" 2>/dev/null || ! is_active "$service" || fail "$service does not stop; see journalctl -u $service"
  old=$data/server/db-$(date +%s)
  [ ! -d "$data/server/db" ] || { mv "$data/server/db" "$old" && say "etcd data and snapshots moved to $old"; } || fail "cannot move $data/server/db; check its disk"
}
detach() {
  drop_in=$root/run/systemd/system/$service.service.d/leaving.conf
  mkdir -p "${drop_in%/*}" && printf '[Service]\nRestart=no\n' >"$drop_in" && systemctl daemon-reload && systemctl disable -q "$service" 2>/dev/null ||
    ! has k3s || fail "$service cannot be disabled; see journalctl -e"
}
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
  for unit in $units; do systemctl disable -q --now "$unit" 2>/dev/null; done
  while read -r _ path; do rm -f "$root$path"; done <"$work.list"
  rm -rf "$root/etc/rancher" "$data" "${mark%/*}" "$root/etc/systemd/system/$service.service.d" "$root/run/systemd/system/$service.service.d" "$root/run/k3s-ha" ||
    fail 'not every file is removed; check its disk, and run this again'
  systemctl daemon-reload && systemctl restart systemd-logind
  say 'ok: k3s and the files of hosts/ are removed'
}

# TIME: what k3s has logged since then about a host that was installed anew, or was removed: https://github.com/k3s-io/k3s/issues/10408
refuse_identity() {
  case $(journalctl -q --since "@$1" -u "$service" -o cat 2>/dev/null) in
    *'duplicate node name found'*) why="etcd has a member of an earlier host $name" ;;
    *'has been permanently removed from the cluster'*) why='etcd has removed this host, which has its old data' ;;
    *'Node password rejected'*) why="the cluster has the password of an earlier host $name" ;;
    *) return ;;
  esac
  fail "$why; run machines replace $name"
}

# PATH BODY: a call of the API of etcd
etcd_api() {
  tls=$data/server/tls/etcd
  answer=$(curl --noproxy '*' -gsSf --max-time 10 --cacert "$tls/server-ca.crt" --cert "$tls/client.crt" --key "$tls/client.key" -d "$2" "$etcd/v3/$1" 2>&1) ||
    fail "etcd refuses $1 ($answer); see journalctl -u k3s"
}
etcd() { etcd_api cluster/member/list '{}' && echo "$answer"; }
evict() { etcd_api cluster/member/remove "{\"ID\":\"$1\"}" && say "etcd member $1 removed"; }
