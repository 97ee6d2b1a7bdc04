#!/bin/sh
# Decides what this server may do, so that all servers have the same files and the cluster is bootstrapped once.
#   start     before k3s starts (ExecStartPre): continues with etcd data, else joins a server that answers, else waits. Bootstraps only
#             if k3s-ha.conf designates this host and the permission has not expired
#   init      bootstraps the cluster; for a person, once, on one server: k3s-ha init [--never-existed]
#   handover  after k3s has started (ExecStartPost): releases the control-plane VIP that init claimed
#   address   writes the address of this host as node-ip, as each start does; for a person who starts k3s by hand
#   status    prints what this host detects; for a person
# Exit status: 0 done, k3s may start | 1 WAIT, retry later | 2 REFUSE, a person has to act | 3 REFUSE, another server won
#              4 BROKEN, this host lacks something | 64 wrong arguments
# Environment, for tests and unusual hosts:
#   K3S_HA_CONF K3S_HA_CONFIG K3S_HA_DATA K3S_HA_RUN K3S_HA_MANIFEST K3S_HA_NET   paths, see below for the defaults
#   K3S_HA_CURL K3S_HA_ARPING K3S_HA_IP K3S_HA_K3S   programs
#   K3S_HA_RESTART command that starts k3s; K3S_HA_SETTLE seconds from the claim to the check for rivals, default 1; K3S_HA_READY seconds
#   that the handover waits, default 300; K3S_HA_HOSTNAME host name; K3S_HA_NOW seconds since 1970
set -u
export LC_ALL=C
conf=${K3S_HA_CONF:-/etc/rancher/k3s/k3s-ha.conf} # settings of this site
config=${K3S_HA_CONFIG:-/etc/rancher/k3s} # config.yaml, init.yaml, token
data=${K3S_HA_DATA:-/var/lib/rancher/k3s}
run=${K3S_HA_RUN:-/run/k3s-ha} # state that ends with a reboot
manifest=${K3S_HA_MANIFEST:-/usr/local/share/k3s-ha/kube-vip.yaml} # applied by the handover, if it exists
curl=${K3S_HA_CURL:-curl}
arping=${K3S_HA_ARPING:-arping}
ip=${K3S_HA_IP:-ip}
k3s=${K3S_HA_K3S:-k3s}
restart=${K3S_HA_RESTART:-systemctl restart k3s}
net=${K3S_HA_NET:-/sys/class/net}
me=$(printf '%s' "${K3S_HA_HOSTNAME:-$(uname -n)}" | tr '[:upper:]' '[:lower:]')
week=604800

say() { echo "k3s-ha: $*"; }
# CODE LINE: exits with the one line that explains it
decide() { say "$2"; exit "$1"; }
# the same, after a claim
give_up() { unclaim; decide "$@"; }
need() { command -v "$1" >/dev/null 2>&1 || decide 4 "BROKEN $1 is not installed; run apt-get install $2"; }
has_data() { [ -d "$data/server/db/etcd/member/wal" ]; }
url() { case $1 in *:*) echo "https://[$1]:$2" ;; *) echo "https://$1:$2" ;; esac; }
is_in() { for item in $2; do [ "$item" != "$1" ] || return 0; done; return 1; }

# true if k3s answers at this address; its CA certificates are in $run/ca
api() {
  "$curl" --noproxy '*' -ks --connect-timeout 1 --max-time 3 -o "$run/ca" "$(url "$1" "$PORT")/cacerts" 2>/dev/null &&
    grep -q 'BEGIN CERTIFICATE' "$run/ca"
}
ca_sum() { sha256sum "$run/ca" | cut -d ' ' -f 1; }
# false only if the port certainly accepts no connections
listens() { # ADDRESS PORT
  made=$("$curl" --noproxy '*' -ks -o /dev/null -w '%{num_connects}' --connect-timeout 2 --max-time 3 "$(url "$1" "$2")/" 2>/dev/null)
  case $? in
    6 | 7) return 1 ;;           # no such name, refused, unreachable
    28) [ "${made:-1}" != 0 ] ;; # timeout: to connect, or for the answer
  esac
}

# the hash of the CA to join, '' for any: CA_SHA256, else that of a token K10<hash>::server:<password>
pinned() {
  if [ -n "${CA_SHA256:-}" ]; then echo "$CA_SHA256"; else sed -n '1s/^K10\([0-9a-f]\{64\}\)::.*/\1/p' "$config/token" 2>/dev/null; fi
}

# sets $interface, and refuses a VIP outside this network
find_interface() {
  need "$curl" curl
  need "$ip" iproute2
  interface=${INTERFACE:-}
  route=$("$ip" route get "$vip" 2>/dev/null)
  [ -n "$route" ] || decide 1 "WAIT no network: there is no route to the VIP $vip; check the network cable"
  case ${CLAIM:-arp}:$route in
    arp:*" via "*) decide 2 "REFUSE the VIP $vip is behind a router, which ARP does not cross; move this host to the network of the VIP or correct cluster.yaml" ;;
  esac
  # an address of this host is routed over lo
  [ -n "$interface" ] || interface=$("$ip" -o address show to "$vip" | sed -n '1s/^[0-9]*: *\([^ @]*\).*/\1/p')
  [ -n "$interface" ] || interface=$(echo "$route" | sed -n '1s/.* dev \([^ ]*\).*/\1/p')
  [ -e "$net/$interface/address" ] || decide 4 "BROKEN interface $interface does not exist; correct controlPlane.interface in cluster.yaml"
}

# the permanent addresses of this host, without the VIP; empty before DHCP has answered
own_addresses() { # 4|6
  "$ip" -o "-$1" address show dev "$interface" scope global |
    grep -Ev ' (temporary|deprecated|tentative|dadfailed)( |$)' | sed -n 's/.* inet6* \([^ /]*\).*/\1/p' |
    while read -r address; do is_in "$address" "$VIP" || echo "$address"; done
}

# sets $own, one address per family of the node network, in their order; an address in cluster.yaml takes precedence
find_own() {
  own=
  for family in $FAMILIES; do
    candidates=$(own_addresses "$family")
    chosen=$(for address in $candidates; do ! is_in "$address" "$PEERS" || echo "$address"; done | head -n 1)
    [ -n "$chosen" ] || chosen=$(echo "$candidates" | head -n 1)
    [ -n "$chosen" ] || decide 1 "WAIT $interface has no IPv$family address; check the DHCP server"
    own="$own${own:+,}$chosen"
  done
}
peers() { for one in $PEERS; do is_in "$one" "$(own_addresses 4) $(own_addresses 6)" || echo "$one"; done; }

put() { # FILE LINE: atomic, readable by root only
  mkdir -p "${1%/*}" && (umask 077 && printf '# Written by k3s-ha when k3s starts.\n%s\n' "$2" >"$1.new") && mv -f "$1.new" "$1" ||
    decide 4 "BROKEN cannot write $1; check whether the disk is full or read-only"
}
find_network() { find_interface && find_own; }
put_node_ip() { put "$config/config.yaml.d/40-node-ip.yaml" "node-ip: '$own'"; }
address() { find_network && put_node_ip; }

# MAC addresses of other hosts that answer for an IPv4 address; fails if no request could be sent
answers() { # PROBES ADDRESS
  case $("$arping" --help 2>&1) in
    *Habets*) heard=$("$arping" -0 -c "$1" -w "$1" -i "$interface" "$2" 2>&1) ;;
    *) heard=$("$arping" -b -c "$1" -w "$1" -s "$(own_addresses 4 | head -n 1)" -I "$interface" "$2" 2>&1) ;;
  esac
  echo "$heard" | grep -Eq '[1-9][0-9]* packets transmitted|Sent [1-9]' || return 1
  macs=$(echo "$heard" | sed -n 's/.*[[ ]\([0-9A-Fa-f:]\{17\}\)[] ].*/\1/p' | tr '[:upper:]' '[:lower:]' | sort -u)
  for mac in $macs; do is_in "$mac" "$(cat "$net"/*/address 2>/dev/null)" || echo "$mac"; done
}

# exits with REFUSE if this host detects a cluster
refuse_if_seen() {
  for host in $VIP $(peers); do
    # a load balancer listens even without a server behind it
    if [ -z "$claimed" ] && is_in "$host" "$VIP"; then api "$host"; else listens "$host" "$PORT"; fi || continue
    decide 2 "REFUSE $host answers on port $PORT: a cluster exists; start k3s here to join it"
  done
  for host in $(peers); do
    ! listens "$host" 2380 || decide 2 "REFUSE $host has etcd on port 2380: a cluster without quorum; bring its servers back, see hosts/RUNBOOK.md"
  done
}

# exits with REFUSE unless k3s-ha.conf permits this host to bootstrap the cluster now
refuse_without_permission() {
  [ "${BOOTSTRAP:-manual}" = designated ] || return 0
  now=${K3S_HA_NOW:-$(date +%s)}
  until=$(date -u -d "@$NOT_AFTER" '+%Y-%m-%d %H:%M UTC' 2>/dev/null || echo "$NOT_AFTER")
  [ "$me" = "$BOOTSTRAP_NODE" ] || decide 2 "REFUSE only $BOOTSTRAP_NODE may bootstrap this cluster, and this is $me; run it there"
  [ "$now" -le "$NOT_AFTER" ] || decide 2 "REFUSE the permission to bootstrap ended at $until; if the cluster never existed, give a new one in cluster.yaml"
  [ "$now" -ge $((NOT_AFTER - week)) ] || decide 2 "REFUSE the clock of this host is more than 7 days before $until, the end of the permission; set the clock"
}

# exits with REFUSE if this host may not continue with its claim: it has bootstrapped, the claim was abandoned, or a cluster exists
refuse_void_claim() {
  [ -e "$run/found.env" ] || decide 2 "REFUSE the data of the cluster that it bootstrapped is gone"
  [ -z "$claimed" ] || [ -n "$("$ip" -o address show to "$claimed/32")" ] || decide 2 "REFUSE $claimed was removed from this host"
  refuse_if_seen
}

# servers that are powered off: they do not even answer ARP
dark_peers() { for host in $(peers | grep -v :); do [ -n "$(answers 2 "$host")" ] || echo "$host"; done; }

unclaim() {
  rm -f "$run/found.env" "$run/init.yaml" "$run/init.yaml.d"
  [ -e "$run/claim" ] || return 0
  [ -z "$claimed" ] || "$ip" address del "$claimed/32" dev "$interface" 2>/dev/null
  rm -f "$run/claim"
}

# claims the VIP. Of servers that claim it at the same time, only the one with the lowest MAC address continues
claim() {
  [ -n "$claimed" ] || { : >"$run/claim" && return; }
  # a rival that has the address has made its claim already
  rivals=$(answers 2 "$claimed") || decide 4 "BROKEN $arping cannot send ARP requests for $claimed on $interface; run k3s-ha as root"
  [ -z "$rivals" ] || decide 2 "REFUSE $(echo "$rivals" | head -n 1) answers ARP for the VIP $claimed: another host bootstraps or runs the cluster; if its bootstrap was abandoned, restart that host"
  : >"$run/claim"
  trap 'unclaim; exit 130' HUP INT TERM
  if ! "$ip" address add "$claimed/32" dev "$interface" 2>/dev/null; then
    rm -f "$run/claim"
    decide 2 "REFUSE this host has $claimed, which init did not add; run ip address del $claimed/32 dev $interface"
  fi
  sleep "${K3S_HA_SETTLE:-1}"
  mine=$(cat "$net/$interface/address")
  rivals=$(answers 3 "$claimed") || give_up 4 "BROKEN $arping cannot send ARP requests on $interface; run k3s-ha as root"
  first=$(printf '%s\n' "$mine" "$rivals" | grep . | sort | head -n 1)
  [ "$first" = "$mine" ] || give_up 3 "REFUSE $first claimed $claimed at the same time and wins; start k3s here to join"
}

# all steps before k3s may start with init.yaml; exits with the reason if it may not
permit() { # '' or --never-existed
  ! has_data || decide 2 "REFUSE this host has etcd data in $data: it belongs to a cluster; start k3s"
  refuse_without_permission
  case ${CLAIM:-arp}:$claimed in
    arp:) decide 2 "REFUSE the VIP is IPv6 only, and k3s-ha claims it by ARP; bootstrap by hand, see hosts/README.md" ;;
    none:) [ "$1" = --never-existed ] || decide 2 "REFUSE this site has no VIP to claim, so two servers could bootstrap at once; on ONE server run k3s-ha init --never-existed" ;;
  esac
  [ -r "$config/init.yaml" ] || decide 4 "BROKEN $config/init.yaml is missing; put hosts/server/init.yaml there"
  [ -z "$claimed" ] || need "$arping" iputils-arping
  mkdir "$run/lock" 2>/dev/null || decide 2 "REFUSE another k3s-ha is bootstrapping on this host; if it was killed, run rmdir $run/lock"
  trap 'rmdir "$run/lock" 2>/dev/null' EXIT
  trap 'exit 130' HUP INT TERM
  # a claim of a process that was killed
  unclaim
  refuse_if_seen
  dark=
  [ "$1" = --never-existed ] || dark=$(dark_peers | tr '\n' ' ')
  [ -z "$dark" ] || decide 2 "REFUSE these servers are powered off and may hold the cluster: ${dark% }; power them on or, if it never existed, run k3s-ha init --never-existed"
  claim
  # a server that bootstrapped since the first check serves the API by now
  (refuse_if_seen) || { unclaim; exit 2; }
  # k3s reads drop-in files beside its configuration file; one with "server" would take precedence
  cp "$config/init.yaml" "$run/init.yaml" && ln -sfn "$config/config.yaml.d" "$run/init.yaml.d" &&
    rm -f "$config/config.yaml.d/50-join.yaml" && echo "K3S_CONFIG_FILE=$run/init.yaml" >"$run/found.env" ||
    give_up 4 "BROKEN cannot write to $run and $config; check whether the disk is full or read-only"
}

start() {
  if has_data; then
    rm -f "$config/config.yaml.d/50-join.yaml"
    # whatever the state of the network: a member of the cluster always starts
    reason=$(address) || say "node-ip is unchanged: ${reason#k3s-ha: }"
    decide 0 "START this host has etcd data"
  fi
  address
  # a claim and the lock without found.env: init is still running
  if [ -e "$run/claim" ] && { [ -e "$run/found.env" ] || [ ! -e "$run/lock" ]; }; then
    reason=$(refuse_void_claim) && decide 0 "INIT bootstrapping the cluster as permitted"
    say "claim released: ${reason#k3s-ha: }"
    unclaim
  fi
  pin=$(pinned)
  for host in $VIP $(peers); do
    api "$host" || continue
    sum=$(ca_sum)
    [ -z "$pin" ] || [ "$pin" = "$sum" ] || decide 2 "REFUSE $host serves a CA with the hash $sum, but the cluster has $pin; check which host has that address"
    put "$config/config.yaml.d/50-join.yaml" "server: $(url "$host" "$PORT")"
    decide 0 "JOIN $(url "$host" "$PORT")"
  done
  if [ "${BOOTSTRAP:-manual}" = designated ] && [ "$me" = "$BOOTSTRAP_NODE" ]; then
    (refuse_without_permission) || exit 1
    permit --never-existed
    decide 0 "INIT this host is permitted to bootstrap the cluster"
  fi
  decide 1 "WAIT no API at $VIP $(peers | tr '\n' ' ')- if cluster \"$CLUSTER\" never existed, $FOUND; otherwise bring its servers back"
}

init() {
  find_network
  permit "${1:-}"
  # k3s is starting: from here on its result decides about the claim
  trap 'say "k3s continues to bootstrap; to abandon it, run systemctl stop k3s and restart this host"; exit 130' HUP INT TERM
  put_node_ip
  say "INIT bootstrapping cluster \"$CLUSTER\" on $me"
  if ! $restart; then
    has_data && decide 1 "WAIT k3s has data but is not ready; see journalctl -u k3s, and do not run init on another server"
    give_up 4 "BROKEN k3s did not start and wrote no data; see journalctl -u k3s, and run init again"
  fi
  # for service managers without ExecStartPost
  handover
  say "DONE the cluster is bootstrapped; start k3s on the other servers to join them"
}

handover() {
  [ -e "$run/claim" ] || return 0
  find_network
  left=${K3S_HA_READY:-300}
  until "$k3s" kubectl get --raw=/readyz >/dev/null 2>&1; do
    # with data the bootstrap is over: if the data is lost, k3s must not repeat it
    ! has_data || rm -f "$run/found.env"
    left=$((left - 1))
    [ "$left" -gt 0 ] || decide 1 "WAIT the API is not ready; $vip stays claimed, so that no other server bootstraps"
    sleep 1
  done
  # from here on the open port of this host keeps others from bootstrapping
  unclaim
  say "HANDOVER the API is ready, $vip is released"
  [ ! -r "$manifest" ] || "$k3s" kubectl apply -f "$manifest" >/dev/null || decide 1 "WAIT the API server did not accept $manifest; apply dist/20-kube-vip.k8s.yaml by hand"
}

seen() { # ADDRESS
  if api "$1"; then echo "API answers, CA $(ca_sum | cut -c 1-12)"
  elif listens "$1" "$PORT"; then echo "port $PORT is open, but it is not k3s"
  elif listens "$1" 2380; then echo "etcd answers, the API does not: quorum lost?"
  else echo "no answer"; fi
}

status() {
  find_network
  echo "cluster $CLUSTER, host $me at $own on $interface"
  if has_data; then echo "etcd data: present, k3s continues with it"; else echo "etcd data: none, k3s has to join"; fi
  for host in $VIP; do echo "VIP $host: $(seen "$host")"; done
  for host in $(peers); do echo "server $host: $(seen "$host")"; done
  [ ! -e "$run/claim" ] || echo "claim: this host is bootstrapping the cluster; if that was abandoned, restart the host"
  if [ "${BOOTSTRAP:-manual}" != designated ]; then echo "bootstrap: by a person: $FOUND"
  elif reason=$(refuse_without_permission); then echo "bootstrap: permitted on this host"
  else echo "bootstrap: ${reason#k3s-ha: }"; fi
}

case "$# $*" in
  '1 start' | '1 handover' | '1 address' | '1 status' | '1 init' | '2 init --never-existed') ;;
  *) echo 'usage: k3s-ha start | init [--never-existed] | handover | address | status' >&2; exit 64 ;;
esac
[ -r "$conf" ] || decide 4 "BROKEN $conf is missing; put hosts/server/k3s-ha.conf there"
# shellcheck disable=SC1090 # a file of the site
. "$conf"
vip=${VIP%% *}
# the address that a server claims to exclude others while it bootstraps: the first IPv4 VIP
claimed=
[ "${CLAIM:-arp}" = none ] || claimed=$(echo "$VIP" | tr ' ' '\n' | grep -v : | head -n 1)
(umask 077 && mkdir -p "$run") || decide 4 "BROKEN cannot create $run; run k3s-ha as root"
"$1" "${2:-}"
