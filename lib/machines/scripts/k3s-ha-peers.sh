#!/bin/sh
# Part of k3s-ha, which synth puts in its place: the servers of cluster.yaml, the questions among them, and the vote.
# shellcheck disable=SC2059 # a format of octal escapes is the portable way to print any byte
config=${K3S_HA_CONFIG:-/etc/rancher/k3s} # config.yaml, token
data=${K3S_HA_DATA:-/var/lib/rancher/k3s}
run=${K3S_HA_RUN:-/run/k3s-ha} # state that ends with a reboot: the vote
ip=${K3S_HA_IP:-ip}
me=$(printf '%s' "${K3S_HA_HOSTNAME:-$(uname -n)}" | tr '[:upper:]' '[:lower:]' | tr -cd 'a-z0-9.-')

now() { echo "${K3S_HA_NOW:-$(date +%s)}"; }
say() { echo "k3s-ha: $*"; }
# CODE LINE: exits with the one line that explains it
decide() { say "$2"; exit "$1"; }
need() { command -v "$1" >/dev/null 2>&1 || decide 4 "BROKEN $1 is not installed; install its package"; }
has_data() { [ -d "$data/server/db/etcd/member/wal" ]; }
sha256() { sha256sum | { read -r sum _; echo "$sum"; }; } # of standard input
own_ca() { [ ! -s "$data/server/tls/server-ca.crt" ] || sha256 <"$data/server/tls/server-ca.crt"; }
is_in() { for item in $2; do [ "$item" != "$1" ] || return 0; done; return 1; }
host_port() { case $1 in *:*) echo "[$1]:$2" ;; *) echo "$1:$2" ;; esac; }
# as a list in a sentence
list() { echo $1 | sed 's/ /, /g'; }

names() { for server in $SERVERS; do echo "${server%%=*}"; done; }
agents() { for agent in $AGENTS; do echo "${agent%%=*}"; done; }
others() { names | grep -vFx "$self"; }
is_server() { is_in "$self" "$(names)"; }
addresses() { for node in $SERVERS $AGENTS; do [ "${node%%=*}" != "$1" ] || (IFS=, && echo ${node#*=}); done; }
who() { echo "$1 ($(addresses "$1"))"; }
# TO FROM: the ports that one node opens for another, as PORT/PROTOCOL, in a sentence
ports() {
  list "$(for port in $OPEN; do
    hosts=${port#*:}
    is_of "$1" "${hosts%:*}" && is_of "$2" "${hosts#*:}" && echo "${port%%:*}"
  done)"
}
is_of() { case $2 in hosts) ;; servers) is_in "$1" "$(names)" ;; *) is_in "$1" "$(echo "$2" | tr , ' ')" ;; esac; }

# the addresses of this host that are ready for use
here() { "$ip" -o address show scope global | grep -Ev ' (temporary|deprecated|tentative|dadfailed)( |$)' | sed -n 's/.* inet6* \([^ /]*\).*/\1/p'; }
# sets $self, the name that cluster.yaml has for an address of this host, and $own, its addresses in the order of network.subnet
find_self() {
  need "$ip"
  self=
  found=$(here | tr '\n' ' ')
  for name in $(names) $(agents); do
    for address in $(addresses "$name"); do ! is_in "$address" "$found" || self=$name; done
  done
  [ -n "$self" ] || {
    [ -n "$found" ] || decide 1 "WAIT this host has no address; check the network cable and the DHCP server"
    decide 2 "REFUSE this host has ${found% }, and cluster.yaml has $SERVERS${AGENTS:+ $AGENTS}; give this host its fixed address, or correct cluster.yaml"
  }
  own=$(addresses "$self")
  for address in $own; do
    is_in "$address" "$found" || decide 1 "WAIT this host has not yet $address, which cluster.yaml has for $self; check the network"
  done
}

# HMAC-SHA256, RFC 2104, with the token as the key: whoever has no token gets no answer and no vote
octal() { # HEX MASK
  left=$1
  while [ -n "$left" ]; do
    printf '\\%03o' $((0x${left%"${left#??}"} ^ $2))
    left=${left#??}
  done
}
read_token() {
  password=$(sed -n '1{s/^K10[0-9a-f]\{64\}::server://;p;}' "$config/token" 2>/dev/null)
  [ -n "$password" ] || decide 1 "WAIT there is no token in $config/token; put it there"
  key=$(printf '%s' "$password" | od -An -v -tx1 | tr -d ' \n')
  [ ${#key} -le 128 ] || key=$(printf '%s' "$password" | sha256)
  while [ ${#key} -lt 128 ]; do key=${key}00; done
  inner=$(octal "$key" 0x36) outer=$(octal "$key" 0x5c)
}
mac() {
  digest=$({ printf "$inner"; printf '%s' "$1"; } | sha256)
  { printf "$outer"; printf "$(octal "$digest" 0)"; } | sha256
}
# binds a message to the site: servers with different lists of servers have different majorities
sign() { mac "k3s-ha $CLUSTER $SERVERS $1"; }

random() { od -An -N16 -tx1 /dev/urandom | tr -d ' \n'; }
# FILE TEXT: prints the file, which the first call creates
once() {
  [ -e "$1" ] || { printf '%s\n' "$2" >"$1.$$" && ln "$1.$$" "$1" 2>/dev/null; rm -f "$1.$$"; }
  cat "$1"
}
# names this boot
boot() { if [ -e "$run/boot" ]; then cat "$run/boot"; else once "$run/boot" "$(random)"; fi; }
# sets $held, NAME@BOOT of the server that has the vote of this boot, and $next, the file for its successor. Nothing is overwritten
find_vote() {
  held=-
  next=vote
  while [ -e "$run/$next" ]; do
    held=$(cat "$run/$next")
    next=after.$held
  done
}
# what this server says of itself: NAME none|data CA VOTE HOST BOOT CLOCK FILES
state() {
  sum=
  kind=none
  ! has_data || { kind=data; sum=$(own_ca); }
  find_vote
  echo "$self $kind ${sum:--} $held $me $(boot) $(now) $(files_hash)"
}

# the MAC address that answered ARP or NDP for an address
neighbour() { "$ip" neigh show to "$1" | sed -n '1s/.* lladdr \([^ ]*\).*/\1/p'; }
# SERVER VERB BOOT: prints what the server says, or NAME on|off and the reason why it does not
ask() {
  to=$1
  # before it votes, a server asks in turn
  [ "$2" = vote ] && limit=15 || limit=5
  nonce=$(random)
  question="$2 $self $1 $nonce $3"
  path=$(echo "k3s-ha $question $(sign "$question")" | tr ' ' /)
  reason='off is powered off or disconnected; power it on'
  for address in $(addresses "$1"); do
    reply=$({ curl --noproxy '*' -gs --connect-timeout 2 --max-time "$limit" -w ' %{http_code}' "http://$(host_port "$address" "$ASK_PORT")/$path"; echo " $?"; } | head -c 1000)
    code=${reply##* } reply=${reply% *}
    http=${reply##* } reply=${reply% *}
    said=${reply% *}
    if [ "$http" = 200 ] && [ "${said%% *}" = "$to" ] && [ "${reply##* }" = "$(sign "answer $nonce $said")" ]; then
      echo "$said"
      return
    fi
    case $http:$code:$(neighbour "$address") in
      403:*) reason='on rejects this node; install the same token and k3s-ha.conf on both' ;;
      000:*:) ;;
      000:7:*) reason="on is on and refuses port $ASK_PORT; run systemctl enable --now k3s-ha.socket there, or open $(ports "$1" "$self") in its firewall" ;;
      000:*) reason="on drops packets, or has just lost power; open $(ports "$1" "$self") in its firewall, or power it on" ;;
      *) reason='on answers without the token of this cluster; check which device has its address' ;;
    esac
  done
  echo "$1 $reason"
}
# sets $answers, a line for each server but this host; all are asked at the same time
survey() {
  answers=$({ for name in $(others); do ask "$name" ask - & done; wait; } | sort)
}
# KIND: the servers that said so. FIELD of the answer of a SERVER
that_say() { echo "$answers" | awk -v kind="$1" '$2 == kind { print $1 }' | sort; }
field() { echo "$answers" | awk -v name="$2" -v field="$1" '$1 == name { print $field }'; }

# NAME: gives the vote of this boot to a server that has no data and can be reached: no other could join one that cannot.
# A server that has the vote loses it when it says that it has restarted since, without data: it cannot have bootstrapped
grant() {
  said_by() { if [ "$1" = "$self" ]; then state; else ask "$1" ask -; fi; }
  reply=$(said_by "$1")
  case $reply in "$1 none "*) ;; *) say "no vote for $reply"; return ;; esac
  candidate=$1@$(echo "$reply" | cut -d ' ' -f 6)
  find_vote
  [ "$held" != "$candidate" ] || return 0
  if [ "$held" != - ]; then
    reply=$(said_by "${held%@*}")
    case $reply in "${held%@*} none "*" ${held#*@} "*) return ;; "${held%@*} none "*) ;; *) return ;; esac
  fi
  once "$run/$next" "$candidate" >/dev/null
}

answer() {
  exec 3>&1 1>&2 # messages go to the log
  find_self
  read_token
  # one read of bounded size: a question of curl arrives at once
  line=$(timeout 5 dd bs=1024 count=1 2>/dev/null | sed -n 1p | tr -d '\r')
  echo "$line" | grep -Eqx 'GET /k3s-ha/(ask|vote)/[a-z0-9.-]+/[a-z0-9.-]+/[0-9a-f]{32}/(-|[0-9a-f]{32})/[0-9a-f]{64} HTTP/1\.[01]' || line=
  IFS='/ ' read -r _ _ verb from to nonce for_boot signature _ <<END
$line
END
  if [ "$to" != "$self" ] || ! is_in "$from" "$(others) $(agents)" || [ "$signature" != "$(sign "$verb $from $to $nonce $for_boot")" ]; then
    printf 'HTTP/1.0 403 Forbidden\r\nContent-Length: 0\r\n\r\n' >&3
    decide 0 'a question was rejected; if it was of a node, install the same token and k3s-ha.conf on both'
  fi
  # a request that was recorded before the last restart is void
  if [ "$verb" = vote ] && ! is_in "$from" "$(agents)" && [ "$for_boot" = "$(boot)" ] && ! has_data; then grant "$from"; fi
  said=$(state)
  said="$said $(sign "answer $nonce $said")"
  printf 'HTTP/1.0 200 OK\r\nContent-Length: %s\r\n\r\n%s' "${#said}" "$said" >&3
}
listen() {
  # the nc of Debian's busybox, or that of Alpine's
  case $(busybox nc --help 2>&1) in *-lk*) keep=-lk ;; *) keep=-ll ;; esac
  exec busybox nc "$keep" -p "$ASK_PORT" -e "$0" answer
}
