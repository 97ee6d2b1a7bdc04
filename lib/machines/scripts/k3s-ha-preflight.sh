#!/bin/sh
# Part of k3s-ha, which synth puts in its place: checks what this host must have, see hosts/README.md.
# shellcheck disable=SC2154 # variables of k3s-ha
list=${K3S_HA_FILES:-/usr/local/share/k3s-ha/files} # version, and the SHA-256 of each installed file
root=${K3S_HA_ROOT:-} # of /proc, /sys and the installed files

ok() { echo "ok: $1"; }
note() { echo "note: $1"; }
problem() {
  echo "problem: $1"
  failed=1
}
# COMMAND...: the line of its refusal is a problem
passes() {
  refusal=$("$@") && return
  problem "${refusal#k3s-ha: * }"
  return 1
}

files_hash() { if [ -r "$list" ]; then sha256sum <"$list" | cut -c 1-12; else echo -; fi; }
check_files() {
  [ -r "$list" ] || {
    problem "there is no list of the installed files; install hosts/server/files, or hosts/agent/files, as $list"
    return
  }
  ok "files of version $(sed -n 's/^# Version \([^,]*\),.*/\1/p' "$list"), hash $(files_hash); hosts/README.md has this hash if they are up to date"
  while read -r sum path; do
    # no host with OpenRC has these
    case "$sum $path" in '#'*) continue ;; *' /etc/systemd/'*) [ -d "$root/run/systemd/system" ] || continue ;; esac
    [ "$({ sha256 <"$root$path"; } 2>/dev/null)" = "$sum" ] ||
      problem "$path is not that of hosts/; install it again, see Update in hosts/README.md"
  done <"$list"
  ! is_server || for name in $(that_say none) $(that_say data); do
    [ "$(field 8 "$name")" = "$(files_hash)" ] || problem "$name has files with the hash $(field 8 "$name"); install the same on all servers"
  done
}

# a connection that is refused reaches the host: what listens there may not run yet
check_ports() { # SERVER
  ports=$OPEN
  is_server || ports="$ASK_PORT $PORT"
  for port in $ports; do
    for address in $(addresses "$1"); do
      connected=$(curl --noproxy '*' -gs -o /dev/null --connect-timeout 2 --max-time 3 -w '%{time_connect}' "http://$(host_port "$address" "$port")/")
      [ $? != 28 ] || [ "${connected#0.000}" = "$connected" ] || problem "$(who "$1") drops packets to TCP port $port; open it in its firewall"
    done
  done
}

check_clock() {
  case $(timedatectl show -p NTPSynchronized --value 2>/dev/null) in
    yes) ok 'the clock is synchronized' ;;
    no) problem 'the clock is not synchronized; run timedatectl set-ntp true' ;;
    *) note 'without timedatectl nothing here shows whether the clock is synchronized; ask chronyc or ntpd' ;;
  esac
  passes refuse_clock
}

check_kernel() {
  if grep -qsw memory "$root/sys/fs/cgroup/cgroup.controllers" || grep -qs '^memory[[:space:]].*[[:space:]]1$' "$root/proc/cgroups"; then
    ok 'the kernel has memory cgroups'
  else
    problem 'the kernel has no memory cgroups; on a Raspberry Pi append cgroup_memory=1 cgroup_enable=memory to the line in /boot/firmware/cmdline.txt and reboot'
  fi
  if [ "$(cat "$root/sys/fs/selinux/enforce" 2>/dev/null)" != 1 ] || semodule -l 2>/dev/null | grep -qw k3s; then
    ok 'SELinux is off, or has the policy of k3s'
  else
    problem 'SELinux enforces and has no policy of k3s; install the package k3s-selinux'
  fi
}

preflight() {
  failed=0
  passes find_self || exit 1
  find_self
  ok "this host has $own"
  for address in $own; do
    ! "$ip" -o address show scope global | grep -F " $address/" | grep -q ' dynamic ' ||
      note "$address is from DHCP or a router; reserve it for this host there"
  done
  ! passes refuse_name || ok "its name is $me"
  for program in curl sha256sum; do passes need "$program"; done
  if passes read_token; then
    read_token
    survey
    for name in $(others); do
      case $(field 2 "$name") in
        none | data) ok "$(who "$name") answers on TCP port $ASK_PORT" ;;
        *) problem "$(who "$name") $(echo "$answers" | sed -n "s/^$name o[nf]* //p")" ;;
      esac
      [ "$(field 2 "$name")" = off ] || check_ports "$name"
    done
    check_clock
  fi
  check_kernel
  [ -z "$KILLPOWER" ] || sh "$root/usr/local/sbin/killpowerd" --rehearse "$KILLPOWER" || failed=1
  check_files
  exit "$failed"
}
