#!/bin/sh
# ups-label NODE=UPS...
# Before k3s starts (ExecStartPre): states the label ups-device for the machine that the cable of a UPS goes to, so that every machine can
# have the same files. k3s takes labels when a node registers, for the first time or again after `kubectl delete node`, and that is
# under the host name, which is also what is looked for here.
#
# Environment, for tests: UPS_LABEL_CONFIG in place of /etc/rancher/k3s, UPS_LABEL_HOSTNAME in place of the name of this machine

set -u
export LC_ALL=C

file=${UPS_LABEL_CONFIG:-/etc/rancher/k3s}/config.yaml.d/20-ups.yaml
me=$(printf '%s' "${UPS_LABEL_HOSTNAME:-$(uname -n)}" | tr '[:upper:]' '[:lower:]')

for cable in "$@"; do
  [ "${cable%%=*}" = "$me" ] || continue
  label=ups-device=${cable#*=}
  # the plus adds to a list that another file may have started
  if ! { mkdir -p "${file%/*}" && printf "# Written by ups-label when k3s starts.\nnode-label+:\n  - '%s'\n" "$label" >"$file.new" && mv -f "$file.new" "$file"; }; then
    echo "ups-label: cannot write $file; is the disk full or read-only? Label the node yourself: kubectl label --overwrite node $me $label" >&2
    exit 1
  fi
  echo "ups-label: $me gets the label $label when it registers"
  exit 0
done
echo "ups-label: cluster.yaml has no cable of a UPS to $me"
