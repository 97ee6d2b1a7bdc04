#!/bin/sh
# Decides what this node may do, so that all nodes of a role have the same files and exactly one server bootstraps the cluster.
#   start    before k3s starts (ExecStartPre): continues with etcd data, joins a server that has data, bootstraps the cluster, or waits. An
#            agent joins or waits
#   finish   after k3s has started (ExecStartPost): ends the bootstrap and applies kube-vip
#   answer   answers one question of another server, over HTTP on standard input and output (k3s-ha.socket), also while k3s is stopped
#   listen   the same for every question, on hosts without systemd; needs busybox
#   run K3S ARGUMENT...   start, then k3s and finish beside it, for the supervisor of OpenRC, which has one command
#   init --never-existed   bootstraps the cluster on this server without a majority; for a person, see hosts/RUNBOOK.md
#   address  writes node-ip and the settings of this node alone, as each start does; for a person who starts k3s by hand
#   status   prints what this host detects, and which files differ from those of hosts/; for a person
#   preflight  checks what this host must have, a line for each with its cure; for a person. Exit status 1: something is missing
#   requirements  the part of it that needs no installed file
# Exit status: 0 done, k3s may start | 1 WAIT, retry later | 2 REFUSE, a person has to act
#              4 BROKEN, this host lacks something | 64 wrong arguments
# Environment, for tests and unusual hosts:
#   K3S_HA_CONF K3S_HA_CONFIG K3S_HA_DATA K3S_HA_RUN K3S_HA_MANIFEST K3S_HA_NODES K3S_HA_FILES K3S_HA_ROOT   paths, see below for the defaults
#   K3S_HA_IP program; K3S_HA_RESTART command that starts k3s; K3S_HA_READY seconds that finish waits, default 300
#   K3S_HA_HOSTNAME host name; K3S_HA_NOW seconds since 1970
#
# A server bootstraps only if no server has data, and a majority of all servers of cluster.yaml vote for it. A vote is given once per boot,
# and again only if the server that has it restarts without data. A cluster with members on a majority of the servers therefore excludes
# a second one. No clock is trusted, and no absence of an answer.
# All candidates ask for votes in the same order, and one that is denied the first goes no further: so they do not split the votes.
conf=${K3S_HA_CONF:-/etc/rancher/k3s/k3s-ha.conf} # settings of this site
# shellcheck source=lib/machines/scripts/k3s-ha-peers.sh
. lib/machines/scripts/k3s-ha-peers.sh
# shellcheck source=lib/machines/scripts/k3s-ha-preflight.sh
. lib/machines/scripts/k3s-ha-preflight.sh
manifest=${K3S_HA_MANIFEST:-/usr/local/share/k3s-ha/kube-vip.yaml} # applied after the bootstrap, if it exists
nodes=${K3S_HA_NODES:-/usr/local/share/k3s-ha/nodes} # settings of single nodes
has_systemd() { [ -d "$root/run/systemd/system" ]; }
if has_systemd; then restart='systemctl restart k3s' set_name='hostnamectl set-hostname'; else restart='rc-service k3s restart' set_name='hostname'; fi
restart=${K3S_HA_RESTART:-$restart}
skew=60 # seconds between the clocks of two servers

put() { # FILE LINES: atomic, readable by root only
  mkdir -p "${1%/*}" && (umask 077 && printf '# Written by k3s-ha when k3s starts.\n%s\n' "$2" >"$1.new") && mv -f "$1.new" "$1" ||
    decide 4 "BROKEN cannot write $1; check whether the disk is full or read-only"
}
# writes what only this host has; a file 20-node.yaml of a person stays
address() {
  find_self && put "$config/config.yaml.d/40-node-ip.yaml" "node-ip: '$(echo "$own" | tr ' ' ,)'" || return
  if [ -r "$nodes/$self.yaml" ]; then
    put "$config/config.yaml.d/20-node.yaml" "$(cat "$nodes/$self.yaml")"
  elif sed -n 1p "$config/config.yaml.d/20-node.yaml" 2>/dev/null | grep -q k3s-ha; then
    rm -f "$config/config.yaml.d/20-node.yaml"
  fi
}

# true if k3s answers at this address; its CA certificates are in $run/ca
api() {
  curl --noproxy '*' -gks --connect-timeout 1 --max-time 3 -o "$run/ca" "https://$(host_port "$1" "$PORT")/cacerts" 2>/dev/null &&
    grep -q 'BEGIN CERTIFICATE' "$run/ca"
}
ca_sum() { sha256 <"$run/ca"; }
# the hash of the CA to join, '' if only the other servers know it: CA_SHA256, else that of a token K10<hash>::server:<password>
pinned() {
  if [ -n "${CA_SHA256:-}" ]; then echo "$CA_SHA256"; else sed -n '1s/^K10\([0-9a-f]\{64\}\)::.*/\1/p' "$config/token"; fi
}
# CA: joins through the first address that serves it. The full token makes k3s verify the CA again, so that no stranger gets the password
join() {
  strange=
  for host in $VIP $(for name in $(others); do addresses "$name"; done); do
    api "$host" || continue
    [ "$(ca_sum)" = "$1" ] || { strange="$host serves a CA with the hash $(ca_sum)"; continue; }
    # of several certificates k3s hashes only the root
    [ "$(grep -c 'BEGIN CERTIFICATE' "$run/ca")" = 1 ] && full=K10$1::server:$password || full=$(sed 1q "$config/token")
    (umask 077 && printf '%s\n' "$full" >"$run/token") || decide 4 "BROKEN cannot write $run/token; check whether /run is full"
    put "$config/config.yaml.d/50-join.yaml" "server: https://$(host_port "$host" "$PORT")
token-file: $run/token"
    decide 0 "JOIN https://$(host_port "$host" "$PORT")"
  done
  [ -z "$strange" ] || decide 2 "REFUSE $strange, but the cluster has $1; check which device has that address"
  decide 1 "WAIT the cluster exists, and none of its servers answers; run systemctl start k3s on $(list "${holders:-$(others)}")"
}

# exit with REFUSE if this host could not register as the node of cluster.yaml
refuse_name() {
  [ "$me" = "$self" ] || decide 2 "REFUSE this host is named $me, and cluster.yaml has $self for its address; run $set_name $self$(has_systemd || echo ", and write it to /etc/hostname")"
}
refuse_clock() {
  off_by=$(echo "$answers" | awk -v now="$(now)" -v most="$skew" '$2 == "none" || $2 == "data" {
    n++; by = now - $7; if (by < 0) by = -by; if (by > most) { off++; text = by " s from that of " $1 } } END { if (off * 2 > n) print text }')
  [ -z "$off_by" ] || decide 2 "REFUSE the clock of this host is $off_by; run timedatectl set-ntp true on both"
}
# exits with REFUSE if something holds the address of the cluster or of a server and does not say that it has no data
refuse_strangers() {
  for name in $(that_say on); do decide 2 "REFUSE $(who "$name") $(echo "$answers" | sed -n "s/^$name on //p")"; done
  for host in $VIP; do
    ! api "$host" || decide 2 "REFUSE $host serves a CA with the hash $(ca_sum), and no server says that it has data; check which device has that address"
    [ "$ON_LINK" = yes ] || continue
    holder=$(neighbour "$host")
    [ -z "$holder" ] || is_in "$holder" "$(for name in $(others); do for one in $(addresses "$name"); do neighbour "$one"; done; done)" ||
      decide 2 "REFUSE the device with the MAC address $holder has the VIP $host, and it is no server; give one of them another address"
  done
}

# exits unless the servers vote for this one; sets $voters
elect() {
  needed=$(($(names | grep -c .) / 2 + 1))
  empty=$(that_say none)
  if [ -e "$run/never-existed" ]; then
    for name in $empty; do
      for_whom=$(field 4 "$name")
      is_in "${for_whom%@*}" "- $self" || decide 2 "REFUSE $name has voted for ${for_whom%@*}, which may have bootstrapped the cluster"
    done
    empty=''
    needed=1
  fi
  [ $(($(echo "$empty" | grep -c .) + 1)) -ge "$needed" ] ||
    decide 1 "WAIT $needed of $(names | grep -c .) servers have to say that they have no data; power on $(for name in $(that_say off); do who "$name"; done | tr '\n' ' ')- if they are lost and the cluster never existed, see hosts/RUNBOOK.md"
  voters=''
  denial='too few servers answered'
  for name in $(names); do
    is_in "$name" "$self $empty" || continue
    if [ "$name" = "$self" ]; then
      grant "$self"
      find_vote
      for_whom=$held
    else
      reply=$(ask "$name" vote "$(field 6 "$name")")
      for_whom=$(echo "$reply" | cut -d ' ' -f 4)
      case $reply in
        "$name none "*) ;;
        "$name data "*) decide 1 "WAIT $name has joined the cluster by now" ;;
        *) decide 1 "WAIT $reply" ;;
      esac
    fi
    case $for_whom in
      "$self@$(boot)") voters="$voters $name" ;;
      - | "$self@"*) decide 2 "REFUSE $name cannot connect to this host; open $(ports "$self" "$name") in the firewall of this host" ;;
      *)
        is_in "${for_whom%@*}" "$self $empty" && denial=' and bootstraps the cluster; if it does not, see k3s-ha status there, or restart it' ||
          denial=", does not answer, and may have bootstrapped the cluster; power it on or, if it is lost, restart $name"
        denial="${for_whom%@*} has the vote of $name$denial"
        # one that has no vote yet leaves the rest to the candidate that has the first
        [ -n "$voters" ] || decide 1 "WAIT $denial"
        ;;
    esac
    set -- $voters
    [ $# -lt "$needed" ] || return 0
  done
  decide 1 "WAIT $denial"
}

start() {
  rm -f "$run/found.env"
  if has_data; then
    rm -f "$config/config.yaml.d/50-join.yaml"
    # whatever the state of the network: a member of the cluster starts
    if reason=$(address && read_token); then
      refuse_old_data
    else
      say "node-ip is unchanged: ${reason#k3s-ha: }"
    fi
    decide 0 'START this host has etcd data'
  fi
  need curl
  address
  read_token
  if [ "$ON_LINK" = yes ]; then
    case $("$ip" route get "${VIP%% *}" 2>/dev/null) in
      '') decide 1 "WAIT there is no route to the VIP $VIP; check the network cable" ;;
      *' via '*) decide 2 "REFUSE the VIP $VIP is behind a router; move this host to the network of the VIP, or correct cluster.yaml" ;;
    esac
  fi
  survey
  refuse_name
  refuse_clock
  holders=$(that_say data)
  sums=$(pinned)
  [ -n "$sums" ] || sums=$(echo "$answers" | awk '$2 == "data" && $3 != "-" { print $3 }' | sort -u)
  case $(echo "$sums" | grep -c .) in
    0) [ -z "$holders" ] || decide 1 "WAIT $(list "$holders") bootstraps or joins the cluster" ;;
    1) join "$sums" ;;
    *) decide 2 "REFUSE $(list "$holders") have data of different clusters; see k3s-ha status, and move the old data away as in hosts/RUNBOOK.md" ;;
  esac
  refuse_strangers
  is_server || decide 1 "WAIT no server says that it has data; start k3s on $(list "$(names)")"
  elect
  # k3s reads drop-in files beside its configuration file; one with "server" would take precedence
  rm -f "$config/config.yaml.d/50-join.yaml"
  (umask 077 && { echo 'cluster-init: true'; grep -v '^server:' "$config/config.yaml"; } >"$run/init.yaml") &&
    ln -sfn "$config/config.yaml.d" "$run/init.yaml.d" && : >"$run/bootstrap" && echo "K3S_CONFIG_FILE=$run/init.yaml" >"$run/found.env" ||
    decide 4 "BROKEN cannot write to $run; check whether /run is full, and whether $config/config.yaml is there"
  decide 0 "INIT bootstrapping cluster \"$CLUSTER\" with the votes of $(list "$voters")"
}

# exits with REFUSE if this host has data of one cluster, and most servers have data of another
refuse_old_data() {
  mine=$(own_ca)
  find_self
  read_token
  survey
  other=$(echo "$answers" | awk -v mine="${mine:--}" -v all="$(names | grep -c .)" 'mine != "-" && $2 == "data" && $3 != "-" && $3 != mine && ++n[$3] > all / 2 { print $3; exit }')
  [ -z "$other" ] || decide 2 "REFUSE this host has data of the CA $mine, and most servers have data of the CA $other; to join them run mv $data/server $data/server.old"
}

init() {
  ! has_data || decide 2 "REFUSE this host has etcd data in $data; run systemctl start k3s"
  : >"$run/never-existed"
  trap 'rm -f "$run/never-existed"' EXIT
  (start) || exit
  $restart || decide 1 'WAIT k3s is not ready; see journalctl -u k3s'
  # for service managers without ExecStartPost
  finish
}

finish() {
  [ -e "$run/bootstrap" ] || return 0
  left=${K3S_HA_READY:-300}
  until k3s kubectl get --raw=/readyz >/dev/null 2>&1; do
    left=$((left - 1))
    [ "$left" -gt 0 ] || decide 1 "WAIT the API was not ready in ${K3S_HA_READY:-300} s; see journalctl -u k3s"
    sleep 1
  done
  rm -f "$run/found.env" "$run/init.yaml" "$run/init.yaml.d" "$run/bootstrap"
  say 'DONE the cluster is bootstrapped, and the other servers join by themselves'
  [ ! -r "$manifest" ] || k3s kubectl apply -f "$manifest" >/dev/null || decide 1 "WAIT the API server did not accept $manifest; run kubectl apply -f dist/20-kube-vip.k8s.yaml"
}

run() {
  (start) || exit
  [ ! -r "$run/found.env" ] || export "$(cat "$run/found.env")"
  # not a child of k3s, which would not wait for it
  [ ! -e "$run/bootstrap" ] || (sh "$0" finish &)
  exec "$@"
}

status() {
  find_self
  read_token
  survey
  echo "cluster $CLUSTER, host $me, $self of cluster.yaml"
  { ! is_server || state; echo "$answers"; } | while read -r name kind sum for_whom host boot clock files; do
    case $kind in
      none) echo "$(who "$name"): no data, vote: $for_whom, host name $host, files $files" ;;
      data) echo "$(who "$name"): data, CA $(echo "$sum" | cut -c 1-12), host name $host, files $files" ;;
      *) echo "$(who "$name"): $sum $for_whom $host $boot $clock $files" ;;
    esac
  done
  for host in $VIP; do
    if api "$host"; then echo "VIP $host: API answers, CA $(ca_sum | cut -c 1-12)"; else echo "VIP $host: no answer"; fi
  done
  check_files
}

case "$# $*" in
  '1 start' | '1 finish' | '1 answer' | '1 listen' | '1 address' | '1 status' | '1 preflight' | '1 requirements' | '2 init --never-existed' | [3-9]' run '*) ;;
  *) echo 'usage: k3s-ha start | finish | answer | listen | address | status | preflight | requirements | init --never-existed | run K3S ARGUMENT...' >&2; exit 64 ;;
esac
[ -r "$conf" ] || decide 4 "BROKEN $conf is missing; put hosts/server/k3s-ha.conf there"
# shellcheck disable=SC1090 # a file of the site
. "$conf"
(umask 077 && mkdir -p "$run") || decide 4 "BROKEN cannot create $run; run k3s-ha as root"
"$@"
