#!/bin/sh
# k3s-node-ip ADDRESSES...
# Before k3s starts, writes the addresses that cluster.yaml has for this host as node-ip. Each argument has the addresses of one host,
# such as 192.168.10.21,fd00:10::21. All hosts of a role get the same arguments. By itself k3s would state IPv4 first, or only IPv4.
#
# Exit status: 0 done, or done at an earlier start | 1 WAIT, retry later | 4 BROKEN, this host lacks something | 64 wrong arguments
#
# Environment, for tests and unusual hosts: K3S_NODE_IP_FILE file to write; K3S_NODE_IP_WAIT seconds to wait for the addresses

set -u
export LC_ALL=C

file=${K3S_NODE_IP_FILE:-/etc/rancher/k3s/config.yaml.d/40-node-ip.yaml}
left=${K3S_NODE_IP_WAIT:-60}

decide() { # CODE LINE: exits with the one line that explains it
  echo "k3s-node-ip: $2"
  exit "$1"
}

# the addresses of this host that are ready for use
here() { ip -o address show scope global | grep -Ev ' (tentative|dadfailed)( |$)' | sed -n 's/.* inet6* \([^ /]*\).*/\1/p'; }

# sets $own, the argument whose addresses are all on this host
find_own() {
  found=$(here)
  for own in "$@"; do
    missing=$(echo "$own" | tr , '\n' | while read -r one; do echo "$found" | grep -Fqx "$one" || echo "$one"; done)
    [ -n "$missing" ] || return 0
  done
  return 1
}

[ $# -gt 0 ] || decide 64 'usage: k3s-node-ip ADDRESSES...'
command -v ip >/dev/null 2>&1 || decide 4 'BROKEN ip is not installed; run apt-get install iproute2'
until find_own "$@"; do
  if [ "$left" -le 0 ]; then
    addresses=$(here | tr '\n' ' ')
    reason="this host has ${addresses:-no address }but needs all addresses of one host in cluster.yaml: $*"
    # whatever the state of the network: a node of the cluster always starts
    [ ! -e "$file" ] || decide 0 "node-ip is unchanged: $reason"
    decide 1 "WAIT $reason; check the network, then the addresses of the host and cluster.yaml"
  fi
  left=$((left - 1))
  sleep 1
done
# atomic, readable by root only
if ! { mkdir -p "${file%/*}" && (umask 077 && printf "# Written by k3s-node-ip when k3s starts.\nnode-ip: '%s'\n" "$own" >"$file.new") && mv -f "$file.new" "$file"; }; then
  decide 4 "BROKEN cannot write $file; check whether the disk is full or read-only"
fi
decide 0 "node-ip is $own"
