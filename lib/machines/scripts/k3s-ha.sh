#!/bin/sh
# Decides what this server may do, so that every server can have the same files and the cluster is founded once.
#   start     before k3s starts (ExecStartPre): goes on with etcd data, else joins whoever answers, else waits. Never founds,
#             unless k3s-ha.conf designates this very machine and the permission has not expired
#   init      founds the cluster, once in its life, on one machine, by a person: k3s-ha init [--never-existed]
#   handover  after k3s has started (ExecStartPost): gives the virtual IP that init claimed to whoever serves it from now on
#   address   states the address of this machine as node-ip, as each start does, for a person who starts k3s by hand
#   status    what this machine sees, for a person
# Exit status: 0 done, k3s may start | 1 WAIT, ask again later | 2 REFUSE, somebody has to look | 3 REFUSE, another machine won
#              4 BROKEN, this machine lacks something | 64 wrong arguments
# Environment, for tests and for odd machines:
#   K3S_HA_CONF K3S_HA_CONFIG K3S_HA_DATA K3S_HA_RUN K3S_HA_MANIFEST K3S_HA_NET   paths, see below for the defaults
#   K3S_HA_CURL K3S_HA_ARPING K3S_HA_IP K3S_HA_K3S   programs
#   K3S_HA_RESTART starts k3s; K3S_HA_SETTLE seconds from claim to look-out, default 1; K3S_HA_READY seconds that the handover
#   waits, default 300; K3S_HA_HOSTNAME, K3S_HA_NOW name of this machine, seconds since 1970
set -u
export LC_ALL=C
conf=${K3S_HA_CONF:-/etc/rancher/k3s/k3s-ha.conf} # what is true for this site
config=${K3S_HA_CONFIG:-/etc/rancher/k3s} # config.yaml, init.yaml, token
data=${K3S_HA_DATA:-/var/lib/rancher/k3s}
run=${K3S_HA_RUN:-/run/k3s-ha} # what must not outlive a reboot
manifest=${K3S_HA_MANIFEST:-/usr/local/share/k3s-ha/kube-vip.yaml} # applied by the handover after the founding, when it is there
curl=${K3S_HA_CURL:-curl}
arping=${K3S_HA_ARPING:-arping}
ip=${K3S_HA_IP:-ip}
k3s=${K3S_HA_K3S:-k3s}
restart=${K3S_HA_RESTART:-systemctl restart k3s}
net=${K3S_HA_NET:-/sys/class/net}
me=$(printf '%s' "${K3S_HA_HOSTNAME:-$(uname -n)}" | tr '[:upper:]' '[:lower:]')
week=604800

say() { echo "k3s-ha: $*"; }
# CODE LINE: the one line that explains it all
decide() { say "$2"; exit "$1"; }
# the same, after a claim
give_up() { unclaim; decide "$@"; }
need() { command -v "$1" >/dev/null 2>&1 || decide 4 "BROKEN there is no $1 on this machine; install it: apt-get install $2"; }
has_data() { [ -d "$data/server/db/etcd/member/wal" ]; }
url() { case $1 in *:*) echo "https://[$1]:$2" ;; *) echo "https://$1:$2" ;; esac; }
is_in() { for item in $2; do [ "$item" != "$1" ] || return 0; done; return 1; }

# the CA certificates of a k3s that answers at this address, in $run/ca
api() {
  "$curl" --noproxy '*' -ks --connect-timeout 1 --max-time 3 -o "$run/ca" "$(url "$1" "$PORT")/cacerts" 2>/dev/null &&
    grep -q 'BEGIN CERTIFICATE' "$run/ca"
}
ca_sum() { sha256sum "$run/ca" | cut -d ' ' -f 1; }
# true unless it is certain that nothing takes connections there
listens() { # ADDRESS PORT
  made=$("$curl" --noproxy '*' -ks -o /dev/null -w '%{num_connects}' --connect-timeout 2 --max-time 3 "$(url "$1" "$2")/" 2>/dev/null)
  case $? in
    6 | 7) return 1 ;;           # no such name, refused, unreachable
    28) [ "${made:-1}" != 0 ] ;; # in vain: to connect, or to be answered
  esac
}

# the hash of the CA that this machine is willing to join, '' for any: CA_SHA256, else that of a token K10<hash>::server:<password>
pinned() {
  if [ -n "${CA_SHA256:-}" ]; then echo "$CA_SHA256"; else sed -n '1s/^K10\([0-9a-f]\{64\}\)::.*/\1/p' "$config/token" 2>/dev/null; fi
}

# sets $interface and refuses a virtual IP that is not on this network
find_interface() {
  need "$curl" curl
  need "$ip" iproute2
  interface=${INTERFACE:-}
  route=$("$ip" route get "$vip" 2>/dev/null)
  [ -n "$route" ] || decide 1 "WAIT no network yet: there is no route to the virtual IP $vip; is the cable in?"
  case ${CLAIM:-arp}:$route in
    arp:*" via "*) decide 2 "REFUSE the virtual IP $vip is behind a router, where ARP does not go; put this machine in its network or correct cluster.yaml" ;;
  esac
  # an address of this very machine is routed over lo
  [ -n "$interface" ] || interface=$("$ip" -o address show to "$vip" | sed -n '1s/^[0-9]*: *\([^ @]*\).*/\1/p')
  [ -n "$interface" ] || interface=$(echo "$route" | sed -n '1s/.* dev \([^ ]*\).*/\1/p')
  [ -e "$net/$interface/address" ] || decide 4 "BROKEN there is no interface $interface; correct controlPlane.interface in cluster.yaml"
}

# the addresses of this machine that last, without the virtual IP; empty before DHCP has answered
own_addresses() { # 4|6
  "$ip" -o "-$1" address show dev "$interface" scope global |
    grep -Ev ' (temporary|deprecated|tentative|dadfailed)( |$)' | sed -n 's/.* inet6* \([^ /]*\).*/\1/p' |
    while read -r address; do is_in "$address" "$VIP" || echo "$address"; done
}

# sets $own, a list for the families of the node network in their order; an address that cluster.yaml states comes before any other
find_own() {
  own=
  for family in $FAMILIES; do
    candidates=$(own_addresses "$family")
    chosen=$(for address in $candidates; do ! is_in "$address" "$PEERS" || echo "$address"; done | head -n 1)
    [ -n "$chosen" ] || chosen=$(echo "$candidates" | head -n 1)
    [ -n "$chosen" ] || decide 1 "WAIT $interface has no IPv$family address yet; is DHCP answering?"
    own="$own${own:+,}$chosen"
  done
}
peers() { for one in $PEERS; do is_in "$one" "$(own_addresses 4) $(own_addresses 6)" || echo "$one"; done; }

put() { # FILE LINE: in one step, for root alone
  mkdir -p "${1%/*}" && (umask 077 && printf '# Written by k3s-ha when k3s starts.\n%s\n' "$2" >"$1.new") && mv -f "$1.new" "$1" ||
    decide 4 "BROKEN cannot write $1; is the disk full or read-only?"
}
find_network() { find_interface && find_own; }
put_node_ip() { put "$config/config.yaml.d/40-node-ip.yaml" "node-ip: '$own'"; }
address() { find_network && put_node_ip; }

# MAC addresses of other machines that answer for an IPv4 address; fails when nothing could be asked
answers() { # PROBES ADDRESS
  case $("$arping" --help 2>&1) in
    *Habets*) heard=$("$arping" -0 -c "$1" -w "$1" -i "$interface" "$2" 2>&1) ;;
    *) heard=$("$arping" -b -c "$1" -w "$1" -s "$(own_addresses 4 | head -n 1)" -I "$interface" "$2" 2>&1) ;;
  esac
  echo "$heard" | grep -Eq '[1-9][0-9]* packets transmitted|Sent [1-9]' || return 1
  macs=$(echo "$heard" | sed -n 's/.*[[ ]\([0-9A-Fa-f:]\{17\}\)[] ].*/\1/p' | tr '[:upper:]' '[:lower:]' | sort -u)
  for mac in $macs; do is_in "$mac" "$(cat "$net"/*/address 2>/dev/null)" || echo "$mac"; done
}

# ends with REFUSE when a cluster can be seen from here
refuse_if_seen() {
  for host in $VIP $(peers); do
    # a load balancer listens also when no server is behind it
    if [ -z "$claimed" ] && is_in "$host" "$VIP"; then api "$host"; else listens "$host" "$PORT"; fi || continue
    decide 2 "REFUSE $host answers on port $PORT: there is a cluster; start k3s here and it will join"
  done
  for host in $(peers); do
    ! listens "$host" 2380 || decide 2 "REFUSE $host has etcd on port 2380: a cluster without a majority; bring its servers back, see hosts/RUNBOOK.md"
  done
}

# ends with REFUSE when k3s-ha.conf does not let this machine found the cluster now
refuse_without_permission() {
  [ "${BOOTSTRAP:-manual}" = designated ] || return 0
  now=${K3S_HA_NOW:-$(date +%s)}
  until=$(date -u -d "@$NOT_AFTER" '+%Y-%m-%d %H:%M UTC' 2>/dev/null || echo "$NOT_AFTER")
  [ "$me" = "$BOOTSTRAP_NODE" ] || decide 2 "REFUSE only $BOOTSTRAP_NODE may found this cluster, and this is $me"
  [ "$now" -le "$NOT_AFTER" ] || decide 2 "REFUSE the permission to found this cluster ended at $until; give a new one in cluster.yaml if it never existed"
  [ "$now" -ge $((NOT_AFTER - week)) ] || decide 2 "REFUSE the clock of this machine is more than a week before $until; set it, or an old permission would never end"
}

# ends with REFUSE when this machine may not go on with what it claimed: it has founded, or somebody gave that up or founded elsewhere
refuse_void_claim() {
  [ -e "$run/found.env" ] || decide 2 "REFUSE the data of the cluster that it founded are gone"
  [ -z "$claimed" ] || [ -n "$("$ip" -o address show to "$claimed/32")" ] || decide 2 "REFUSE $claimed was taken from this machine"
  refuse_if_seen
}

# servers that are off: they do not even answer ARP
dark_peers() { for host in $(peers | grep -v :); do [ -n "$(answers 2 "$host")" ] || echo "$host"; done; }

unclaim() {
  rm -f "$run/found.env" "$run/init.yaml" "$run/init.yaml.d"
  [ -e "$run/claim" ] || return 0
  [ -z "$claimed" ] || "$ip" address del "$claimed/32" dev "$interface" 2>/dev/null
  rm -f "$run/claim"
}

# takes the virtual IP, so that of machines that do this at the same time one goes on: the one with the lowest MAC address
claim() {
  [ -n "$claimed" ] || { : >"$run/claim" && return; }
  # a rival that has the address already made its claim
  rivals=$(answers 2 "$claimed") || decide 4 "BROKEN $arping cannot ask for $claimed on $interface; run this as root"
  [ -z "$rivals" ] || decide 2 "REFUSE $(echo "$rivals" | head -n 1) answers ARP for the virtual IP $claimed: another machine is founding or running the cluster; if it gave that up, restart that machine"
  : >"$run/claim"
  trap 'unclaim; exit 130' HUP INT TERM
  if ! "$ip" address add "$claimed/32" dev "$interface" 2>/dev/null; then
    rm -f "$run/claim"
    decide 2 "REFUSE $claimed is on this machine already, and init did not put it there; remove it: ip address del $claimed/32 dev $interface"
  fi
  sleep "${K3S_HA_SETTLE:-1}"
  mine=$(cat "$net/$interface/address")
  rivals=$(answers 3 "$claimed") || give_up 4 "BROKEN $arping cannot look for rivals on $interface"
  first=$(printf '%s\n' "$mine" "$rivals" | grep . | sort | head -n 1)
  [ "$first" = "$mine" ] || give_up 3 "REFUSE $first claimed $claimed at the same moment and goes first; start k3s here and it will join"
}

# everything up to the moment in which k3s may start with init.yaml; ends with a reason when it may not
permit() { # '' or --never-existed
  ! has_data || decide 2 "REFUSE this machine has etcd data in $data: it belongs to a cluster; start k3s"
  refuse_without_permission
  case ${CLAIM:-arp}:$claimed in
    arp:) decide 2 "REFUSE the virtual IP is IPv6 alone, and k3s-ha claims by ARP; found the cluster by hand, see hosts/README.md" ;;
    none:) [ "$1" = --never-existed ] || decide 2 "REFUSE this site has no virtual IP to claim, so two machines could found at once; on ONE machine: k3s-ha init --never-existed" ;;
  esac
  [ -r "$config/init.yaml" ] || decide 4 "BROKEN there is no $config/init.yaml; put hosts/server/init.yaml there"
  [ -z "$claimed" ] || need "$arping" iputils-arping
  mkdir "$run/lock" 2>/dev/null || decide 2 "REFUSE another k3s-ha is founding on this machine; if it was killed: rmdir $run/lock"
  trap 'rmdir "$run/lock" 2>/dev/null' EXIT
  trap 'exit 130' HUP INT TERM
  # left by one that was killed
  unclaim
  refuse_if_seen
  dark=
  [ "$1" = --never-existed ] || dark=$(dark_peers | tr '\n' ' ')
  [ -z "$dark" ] || decide 2 "REFUSE these servers are off and may hold the cluster: ${dark% }; switch them on, or, if it never existed: k3s-ha init --never-existed"
  claim
  # whoever founded it between the questions serves it by now
  (refuse_if_seen) || { unclaim; exit 2; }
  # k3s looks for drop-in files beside the file it is told to use; one with "server" would win
  cp "$config/init.yaml" "$run/init.yaml" && ln -sfn "$config/config.yaml.d" "$run/init.yaml.d" &&
    rm -f "$config/config.yaml.d/50-join.yaml" && echo "K3S_CONFIG_FILE=$run/init.yaml" >"$run/found.env" ||
    give_up 4 "BROKEN cannot write to $run and $config; is the disk full or read-only?"
}

start() {
  if has_data; then
    rm -f "$config/config.yaml.d/50-join.yaml"
    # whatever the network looks like: a member of the cluster is never kept from starting
    reason=$(address) || say "node-ip stays as it was: ${reason#k3s-ha: }"
    decide 0 "START this machine has etcd data"
  fi
  address
  # with the lock alone, init is on its way
  if [ -e "$run/claim" ] && { [ -e "$run/found.env" ] || [ ! -e "$run/lock" ]; }; then
    reason=$(refuse_void_claim) && decide 0 "INIT founding the cluster as permitted"
    say "gives up what it claimed: ${reason#k3s-ha: }"
    unclaim
  fi
  pin=$(pinned)
  for host in $VIP $(peers); do
    api "$host" || continue
    sum=$(ca_sum)
    [ -z "$pin" ] || [ "$pin" = "$sum" ] || decide 2 "REFUSE $host serves a CA with the hash $sum, and this cluster's is $pin; find out whose address that is"
    put "$config/config.yaml.d/50-join.yaml" "server: $(url "$host" "$PORT")"
    decide 0 "JOIN $(url "$host" "$PORT")"
  done
  if [ "${BOOTSTRAP:-manual}" = designated ] && [ "$me" = "$BOOTSTRAP_NODE" ]; then
    (refuse_without_permission) || exit 1
    permit --never-existed
    decide 0 "INIT this machine is the one that may found the cluster"
  fi
  decide 1 "WAIT no API at $VIP $(peers | tr '\n' ' ')- if cluster \"$CLUSTER\" never existed, $FOUND; else bring its servers back"
}

init() {
  find_network
  permit "${1:-}"
  # from now on k3s is on its way, and only its end decides what becomes of the claim
  trap 'say "k3s goes on founding; to give that up: systemctl stop k3s, and restart this machine"; exit 130' HUP INT TERM
  put_node_ip
  say "INIT founding cluster \"$CLUSTER\" on $me"
  if ! $restart; then
    has_data && decide 1 "WAIT k3s has data and did not come up; see journalctl -u k3s. Do not run init anywhere else"
    give_up 4 "BROKEN k3s did not start and wrote no data; see journalctl -u k3s, and run init again"
  fi
  # where the service manager did not do it
  handover
  say "DONE the cluster is founded; start k3s on the other servers, they will join"
}

handover() {
  [ -e "$run/claim" ] || return 0
  find_network
  left=${K3S_HA_READY:-300}
  until "$k3s" kubectl get --raw=/readyz >/dev/null 2>&1; do
    # with data the founding is over: should they go, k3s must not do it again
    ! has_data || rm -f "$run/found.env"
    left=$((left - 1))
    [ "$left" -gt 0 ] || decide 1 "WAIT the API is not ready; $vip stays claimed, so that nobody founds another cluster"
    sleep 1
  done
  # from here on the port of this machine keeps others from founding
  unclaim
  say "HANDOVER the API is ready, $vip is given back"
  [ ! -r "$manifest" ] || "$k3s" kubectl apply -f "$manifest" >/dev/null || decide 1 "WAIT the API does not take $manifest; apply dist/20-kube-vip.k8s.yaml yourself"
}

seen() { # ADDRESS
  if api "$1"; then echo "API answers, CA $(ca_sum | cut -c 1-12)"
  elif listens "$1" "$PORT"; then echo "port $PORT is open, but no k3s answers"
  elif listens "$1" 2380; then echo "etcd is there, the API is silent: no majority?"
  else echo "silent"; fi
}

status() {
  find_network
  echo "cluster $CLUSTER, this is $me at $own on $interface"
  if has_data; then echo "etcd data: yes, k3s goes on with it"; else echo "etcd data: none, k3s has to join"; fi
  for host in $VIP; do echo "virtual IP $host: $(seen "$host")"; done
  for host in $(peers); do echo "server $host: $(seen "$host")"; done
  [ ! -e "$run/claim" ] || echo "claim: this machine is founding the cluster; if that was given up, restart the machine"
  if [ "${BOOTSTRAP:-manual}" != designated ]; then echo "founding: by a person: $FOUND"
  elif reason=$(refuse_without_permission); then echo "founding: this machine may, by itself"
  else echo "founding: ${reason#k3s-ha: }"; fi
}

case "$# $*" in
  '1 start' | '1 handover' | '1 address' | '1 status' | '1 init' | '2 init --never-existed') ;;
  *) echo 'usage: k3s-ha start | init [--never-existed] | handover | address | status' >&2; exit 64 ;;
esac
[ -r "$conf" ] || decide 4 "BROKEN there is no $conf; put hosts/server/k3s-ha.conf there"
# shellcheck disable=SC1090 # the site's own file
. "$conf"
vip=${VIP%% *}
# the address by which machines exclude each other while one founds the cluster: the first IPv4 one
claimed=
[ "${CLAIM:-arp}" = none ] || claimed=$(echo "$VIP" | tr ' ' '\n' | grep -v : | head -n 1)
(umask 077 && mkdir -p "$run") || decide 4 "BROKEN cannot make $run; run this as root"
"$1" "${2:-}"
