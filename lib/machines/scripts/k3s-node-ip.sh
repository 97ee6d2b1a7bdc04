#!/bin/sh
# k3s-node-ip ADDRESSES...
# Before k3s starts, states the addresses that cluster.yaml has for this machine. Each argument is one machine's, such as
# 192.168.10.21,fd00:10::21, and all are given, so that machines of a role have the same files. By itself k3s would state
# IPv4 first, or alone.
#
# Exit status: 0 done, or done at an earlier start | 1 WAIT, ask again later | 4 BROKEN, this machine lacks something | 64 wrong arguments
#
# Environment, for tests and for odd machines: K3S_NODE_IP_FILE what to write; K3S_NODE_IP_WAIT seconds to wait for the addresses

set -u
export LC_ALL=C

file=${K3S_NODE_IP_FILE:-/etc/rancher/k3s/config.yaml.d/40-node-ip.yaml}
left=${K3S_NODE_IP_WAIT:-60}

decide() { # CODE LINE: the one line that explains it all
  echo "k3s-node-ip: $2"
  exit "$1"
}

# the addresses of this machine that can be used by now
here() { ip -o address show scope global | grep -Ev ' (tentative|dadfailed)( |$)' | sed -n 's/.* inet6* \([^ /]*\).*/\1/p'; }

# sets $own, the argument whose every address is on this machine
find_own() {
  found=$(here)
  for own in "$@"; do
    missing=$(echo "$own" | tr , '\n' | while read -r one; do echo "$found" | grep -Fqx "$one" || echo "$one"; done)
    [ -n "$missing" ] || return 0
  done
  return 1
}

[ $# -gt 0 ] || decide 64 'usage: k3s-node-ip ADDRESSES...'
command -v ip >/dev/null 2>&1 || decide 4 'BROKEN there is no ip on this machine; install it: apt-get install iproute2'
until find_own "$@"; do
  if [ "$left" -le 0 ]; then
    addresses=$(here | tr '\n' ' ')
    reason="this machine has ${addresses:-no address }and needs all that cluster.yaml has for one machine: $*"
    # whatever the network looks like: a machine that was in the cluster is not kept from starting
    [ ! -e "$file" ] || decide 0 "node-ip stays as it was: $reason"
    decide 1 "WAIT $reason; is the network up? If it is, correct the machine or cluster.yaml"
  fi
  left=$((left - 1))
  sleep 1
done
# in one step, for root alone
if ! { mkdir -p "${file%/*}" && (umask 077 && printf "# Written by k3s-node-ip when k3s starts.\nnode-ip: '%s'\n" "$own" >"$file.new") && mv -f "$file.new" "$file"; }; then
  decide 4 "BROKEN cannot write $file; is the disk full or read-only?"
fi
decide 0 "node-ip is $own"
