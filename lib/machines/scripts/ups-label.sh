#!/bin/sh
# ups-label NODE=UPS...
# Before k3s starts (ExecStartPre): writes the label ups-device for the host with the cable of a UPS, so that all hosts have the same
# files. k3s applies labels when a node registers, also after `kubectl delete node`. The node has the host name, which is matched here.
#
# Environment, for tests: UPS_LABEL_CONFIG in place of /etc/rancher/k3s, UPS_LABEL_HOSTNAME in place of the host name

set -u
export LC_ALL=C

file=${UPS_LABEL_CONFIG:-/etc/rancher/k3s}/config.yaml.d/20-ups.yaml
me=$(printf '%s' "${UPS_LABEL_HOSTNAME:-$(uname -n)}" | tr '[:upper:]' '[:lower:]')

for cable in "$@"; do
  [ "${cable%%=*}" = "$me" ] || continue
  label=ups-device=${cable#*=}
  # the plus appends to the list of another file
  if ! { mkdir -p "${file%/*}" && printf "# Written by ups-label when k3s starts.\nnode-label+:\n  - '%s'\n" "$label" >"$file.new" && mv -f "$file.new" "$file"; }; then
    echo "ups-label: cannot write $file; check whether the disk is full or read-only, or run kubectl label --overwrite node $me $label" >&2
    exit 1
  fi
  echo "ups-label: $me registers with the label $label"
  exit 0
done
echo "ups-label: cluster.yaml has no UPS cable at $me"
