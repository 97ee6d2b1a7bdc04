#!/bin/sh
# Part of k3s-ha, which synth puts in its place: checks what this host must have, see hosts/README.md.
# shellcheck disable=SC2154 # variables of k3s-ha
list=${K3S_HA_FILES:-/usr/local/share/k3s-ha/files} # version, and the SHA-256 of each installed file
root=${K3S_HA_ROOT:-} # of /proc, /sys and the installed files

ok() { echo "ok: $1"; }
note() { echo "note: $1"; }
problem() { failed=1; echo "problem: $1"; }
# STATUS OK PROBLEM
says() { if [ "$1" = 0 ]; then ok "$2"; else problem "$3"; fi; }
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
    case "$sum $path" in
      '#'*) continue ;;
      *' /etc/systemd/'*) has_systemd || continue ;;
      *' /etc/init.d/'* | *' /etc/conf.d/'*) ! has_systemd || continue ;;
    esac
    [ "$({ sha256 <"$root$path"; } 2>/dev/null)" = "$sum" ] ||
      problem "$path is not that of hosts/; install it again, see Update in hosts/README.md"
  done <"$list"
  ! is_server || for name in $(that_say none) $(that_say data); do
    [ "$(field 8 "$name")" = "$(files_hash)" ] || problem "$name has files with the hash $(field 8 "$name"); install the same on all servers"
  done
}

# ADDRESS PORT/PROTOCOL: prints open, refused, silent, unknown or untried, and the port
probe() {
  if [ "${2#*/}" = tcp ]; then
    told=silent
    # before the installation Debian has bash only
    if ! command -v curl >/dev/null; then
      said=$(LC_ALL=C timeout 3 bash -c 'exec 3<>"/dev/tcp/$0/$1"' "$1" "${2%/*}" 2>&1) && told=open
    else
      said=$(LC_ALL=C curl --noproxy '*' -gsv -o /dev/null --connect-timeout 2 --max-time 3 -w ' %{time_connect}' "http://$(host_port "$1" "${2%/*}")/" 2>&1)
      case $said in *' 0.000000' | *' 0.000') ;; *) said='' told=open ;; esac
    fi
  else
    # an open UDP port is silent too
    told=unknown
    said=$(LC_ALL=C bash -c 'exec 3<>"/dev/udp/$0/$1" && echo >&3 && read -rt 2 -u 3 _' "$1" "${2%/*}" 2>&1)
    case $? in 0) told=open ;; 127) told=untried ;; esac
  fi
  # by ICMP a firewall refuses with "prohibited", and the kernel with "port unreachable"
  case $said in *'onnection refused'*) told=refused ;; *'o route to host'* | *'ermission denied'*) told=silent ;; esac
  echo "$told $2"
}
check_ports() { # NODE, and what a node that is off is: problem or note
  for address in $(addresses "$1"); do
    node="$1 ($address)"
    probed=$(for port in $(ports "$1" "$self" | tr -d ,); do probe "$address" "$port" & done; wait)
    case $probed$(neighbour "$address") in
      *open* | *refused* | *:*) ;;
      *) "$2" "$node is powered off or disconnected; power it on"; continue ;;
    esac
    for told in open refused unknown untried silent; do
      port=$(list "$(echo "$probed" | sed -n "s/^$told //p" | sort -n)")
      case $told:$port in
        *:) ;;
        open:*) ok "$node accepts $port" ;;
        refused:*) ok "$node refuses $port: no program listens there yet, or its firewall rejects" ;;
        unknown:*) note "$node is silent on $port: blocked if no program listens there yet, otherwise not known" ;;
        untried:*) note "$port of $node is not tried without bash" ;;
        silent:*) problem "$node drops packets to $port; open it in its firewall" ;;
      esac
    done
  done
}

check_sync() {
  case $(timedatectl show -p NTPSynchronized --value 2>/dev/null) in
    yes) ok 'the clock is synchronized' ;;
    no) problem 'the clock is not synchronized; run timedatectl set-ntp true' ;;
    *) note 'without timedatectl nothing here shows whether the clock is synchronized; ask chronyc or ntpd' ;;
  esac
}

check_kernel() {
  grep -qsw memory "$root/sys/fs/cgroup/cgroup.controllers" || grep -qs '^memory[[:space:]].*[[:space:]]1$' "$root/proc/cgroups"
  found=$? cure='append cgroup_enable=memory to the kernel command line, and reboot'
  # of a Raspberry Pi, by release
  for file in /boot/cmdline.txt /boot/firmware/cmdline.txt; do
    [ ! -e "$root$file" ] || cure="run sed -i '1s/\$/ cgroup_memory=1 cgroup_enable=memory/' $file, and reboot"
    ! grep -qsw cgroup_enable=memory "$root$file" || cure='reboot'
  done
  says "$found" 'the kernel has memory cgroups' "the kernel has no memory cgroups; $cure"
  [ "$(cat "$root/sys/fs/selinux/enforce" 2>/dev/null)" != 1 ] || semodule -l 2>/dev/null | grep -qw k3s
  says $? 'SELinux is off, or has the policy of k3s' 'SELinux enforces and has no policy of k3s; install the package k3s-selinux'
}

# what Ubuntu has and Debian has not
check_system() {
  case $(command -v curl) in /snap/*) problem 'curl is a snap, which cannot write to /run; run snap remove curl, then apt-get install curl' ;; esac
  ! apt-config dump 2>/dev/null | grep -Eq '^Unattended-Upgrade::Automatic-Reboot "(true|1)"' ||
    note 'unattended-upgrades reboots this host; give each node another Unattended-Upgrade::Automatic-Reboot-Time'
  rules=$(LC_ALL=C ufw status 2>/dev/null)
  case $rules in 'Status: active'*) ;; *) return ;; esac
  for subnet in $PODS; do
    case $rules in *" $subnet"*) ;; *) note "ufw does not accept packets of pods and services; run ufw allow from $subnet" ;; esac
  done
}

# etcd: 99 of 100 writes within 10 ms, https://etcd.io/docs/v3.5/faq/
check_disk() {
  folder=$data
  until [ -d "$folder" ]; do folder=${folder%/*}; done
  trial=$folder/.k3s-ha.$$
  # etcd calls fdatasync; busybox has fsync only
  write() { LC_ALL=C dd if=/dev/zero of="$trial" bs=2300 count=1 conv="$1" 2>&1; }
  sync=fdatasync
  write "$sync" >/dev/null || { sync=fsync; write "$sync" >/dev/null; } || { problem "cannot write to $folder; check whether its disk is full or read-only"; return; }
  uptime() { read -r up _ </proc/uptime; echo "${up%.*}${up#*.}"; } # in 10 ms
  began=$(uptime)
  took=$(i=0; while [ $((i += 1)) -le 100 ]; do write "notrunc,$sync"; done |
    awk '/copied/ { sub(/.*copied, /, ""); t = $1 * 1000; if (t > most) { next_most = most; most = t } else if (t > next_most) next_most = t } END { if (most) printf "%.1f", next_most }')
  [ -n "$took" ] && most='99 of 100 writes' || { took=$((($(uptime) - began) / 10)).0; most='100 writes on average'; } # dd of Alpine prints no time
  rm -f "$trial"
  case $took in
    ?.*) ok "$most reach the disk of $folder within $took ms" ;;
    *) note "$most reach the disk of $folder within $took ms, and etcd needs 10 ms for 99 of 100; put it on an SSD" ;;
  esac
}

# how this host starts again after a power failure
check_start() {
  model=$(tr -d '\0' 2>/dev/null <"$root/proc/device-tree/model") || model=
  case $model in
    'Raspberry Pi'*) ok "this host, a $model, starts when power returns" ;;
    *)
      board=$(cat "$root/sys/class/dmi/id/board_vendor" "$root/sys/class/dmi/id/board_name" 2>/dev/null | tr '\n' ' ')
      note "no program can read whether this host starts when power returns; set Restore on AC Power Loss to Power On in its firmware${board:+ (${board% })}"
      ;;
  esac
  for alarm in "$root"/sys/class/rtc/rtc*/wakealarm; do
    if [ -e "$alarm" ]; then ok 'its RTC has a wake alarm'; else note 'no RTC of this host has a wake alarm (a Raspberry Pi: from the Pi 5 on); if it stays off, only Wake-on-LAN or its power button starts it'; fi
  done
}

check_host() {
  failed=0
  passes find_self || exit 1
  find_self
  ok "this host has $own"
  for address in $own; do
    ! "$ip" -o address show scope global | grep -F " $address/" | grep -q ' dynamic ' ||
      note "$address is from DHCP or a router; reserve it for this host there"
  done
  ! passes refuse_name || ok "its name is $me"
  check_sync
  check_kernel
  check_system
  ! is_server || check_disk
}

# before the installation: needs no installed file
requirements() {
  check_host
  [ -z "$KILLPOWER" ] || [ -e "$root/usr/local/bin/k3s" ] || check_start
  if command -v curl >/dev/null || command -v bash >/dev/null; then
    for name in $(others) $(agents); do [ "$name" = "$self" ] || check_ports "$name" note; done
  else
    note 'the ports of the other nodes are tried when curl is installed'
  fi
  exit "$failed"
}

preflight() {
  check_host
  if passes need curl && passes need sha256sum && passes read_token; then
    read_token
    survey
    for name in $(others); do
      case $(field 2 "$name") in
        none | data) ok "$(who "$name") answers on TCP port $ASK_PORT" ;;
        *) problem "$(who "$name") $(echo "$answers" | sed -n "s/^$name o[nf]* //p")" ;;
      esac
    done
    for name in $(names) $(agents); do
      [ "$name" = "$self" ] || [ "$(field 2 "$name")" = off ] || check_ports "$name" problem
    done
    passes refuse_clock
  fi
  [ -z "$KILLPOWER" ] || sh "$root/usr/local/sbin/killpowerd" --rehearse "$KILLPOWER" || failed=1
  check_files
  exit "$failed"
}
