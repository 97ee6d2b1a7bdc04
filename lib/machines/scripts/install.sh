#!/bin/sh
# Part of the script of one host, which `power-safe-k3s machines` makes: install-script.ts puts settings and files in front.
# VERBS, in this order:
#   check    examines the host; changes nothing
#   plan     prints what install would change
#   install  writes the files and installs packages and k3s, which is not started
#   start    starts k3s; k3s-ha decides whether it bootstraps or joins
#   await    waits until k3s and the VIP answer, and prints the problems that k3s-ha preflight finds
#   status   prints what is installed
# and of an upgrade:
#   version  prints the version of k3s, and stale if an older one runs
#   snapshot:NAME  makes an etcd snapshot
#   upgrade  installs another version of k3s and restarts it
# of a restore of etcd:
#   restoring, ca  print the restore that this host is in, and the hash of its CA
#   fits:NAME      refuses a snapshot of another token
#   stop           stops k3s, also for the next boot
#   restore:NAME:ID  replaces the data of etcd by that of a snapshot of this host
#   set_aside:ID:CA  moves the data away, so that the next start joins
#   rejoin         starts k3s again
#   restored       ends the restore
# and of another token:
#   sum      prints the hash of the token of this host
#   rotate   makes k3s use the new token
#   token    writes it to its file
#   restart  restarts k3s if it has started with the old one
# and of a host that leaves the cluster: install-leave.sh
# Exit status: 0 done | 1 a problem, printed with its cure | 2 status found a difference
# shellcheck disable=SC2154 # the settings
set -u
say() { echo "$name: $*"; }
fail() { say "problem: $*"; exit 1; }
# shellcheck source=lib/machines/scripts/install-services.sh
. lib/machines/scripts/install-services.sh
has() { command -v "$1" >/dev/null 2>&1; }
# where the installer puts k3s; sudo of some systems leaves it out
PATH=$PATH:/usr/local/bin

is_on() { is_enabled "$1" && is_active "$1"; }

# MODE PATH: takes a file of this host from standard input
file() {
  case $manager:$2 in systemd:/etc/init.d/* | systemd:/etc/conf.d/* | openrc:/etc/systemd/*) cat >/dev/null; return ;; esac
  mkdir -p "$work${2%/*}" && cat >"$work$2" && echo "$1 $2" >>"$work.list" || fail "cannot write to $work; check whether its disk is full"
}
is_installed() { [ "$(stat -c %a "$root$2" 2>/dev/null)" = "${1#0}" ] && cmp -s "$work$2" "$root$2"; }
# MODE PATH: installs a file as a whole
put() {
  mkdir -p "$root${2%/*}" && (umask 077 && cat "$work$2" >"$root$2.new") && chmod "$1" "$root$2.new" && mv -f "$root$2.new" "$root$2" ||
    fail "cannot write $2; check whether its disk is full or read-only"
  say "$2 written"
}
# prints the files that are not installed as they should be
stale() {
  while read -r mode path; do is_installed "$mode" "$path" || echo "$mode $path"; done <"$work.list"
}
missing_packages() { for package in $packages; do has "$package" || echo "$package"; done; }
k3s_version() { has k3s && k3s --version 2>/dev/null | sed -n '1s/^k3s version \([^ ]*\).*/\1/p'; }
# the installer enables the unit last
has_k3s() { [ "$(k3s_version)" = "$version" ] && is_enabled "$service"; }

check() {
  [ "$manager" = systemd ] || [ -d "$root/run/openrc" ] || fail 'neither systemd nor OpenRC runs here; install Debian, Ubuntu, Raspberry Pi OS or Alpine'
  [ "$manager" = systemd ] || [ -z "$needs_systemd" ] || fail "$needs_systemd is logind, which needs systemd; set it to killpowerd in cluster.yaml"
  for program in cmp flock ip sha256sum $([ "$manager" = systemd ] || echo busybox rc-service); do has "$program" || fail "$program is not installed; install its package"; done
  [ -z "$(missing_packages)" ] || has apt-get || has apk || fail "$(missing_packages | tr "\n" " ")is not installed; install its package"
  [ ! -s "$root$token" ] || [ ! -e "$work$token" ] || cmp -s "$work$token" "$root$token" ||
    fail "$token has another token than the one given; give that of the cluster, or remove the file if the cluster never existed"
  was=$(k3s_version)
  if [ -n "$was" ] && [ "$was" != "$version" ] && { is_active "$service" || [ -d "$root/var/lib/rancher/k3s/server/db" ]; }; then
    fail "k3s $was is in use, and versions.k3s is $version; upgrade it by machines upgrade"
  fi
  K3S_HA_CONF=$work/etc/rancher/k3s/k3s-ha.conf K3S_HA_RUN=$work/run K3S_HA_ROOT=$root sh "$work/usr/local/sbin/k3s-ha" requirements >"$work/requirements"
  failed=$?
  # an open and a blocked UDP port are both silent before the installation
  sed -n '/is silent on/d; s/^k3s-ha: [A-Z]* /problem: /; /^\(problem\|note\): /p' "$work/requirements" | sed "s/^/$name: /"
  [ -n "$was" ] || check_taken
  check_ups
  [ "$failed" = 0 ] || exit 1
  say "ok: meets the requirements$([ -z "$was" ] || echo ", k3s $was is installed")"
}
check_taken() {
  for port in $ports; do
    # Alpine has netstat only
    holder=$({ ss -Hltnp "sport = :$port" || netstat -ltnp | grep ":$port "; } 2>/dev/null | sed -n '1{s/.*users:(("\([^"]*\)".*/\1/p;s,.* [0-9]*/\([^ ]*\).*,\1,p;}')
    [ -z "$holder" ] || { failed=1; say "problem: TCP port $port is used by $holder; stop it, or move it to another port"; }
  done
}
# $ups is NAME=DRIVER for each cable to the USB bus of this host, $usb_vendors is VENDOR=DRIVER,DRIVER as in the udev rules of NUT
check_ups() {
  [ -n "$ups" ] || return 0
  found=
  for device in "$root"/sys/bus/usb/devices/*; do
    [ -r "$device/idVendor" ] || continue
    vendor=$(cat "$device/idVendor") product=$(cat "$device/idProduct")
    for known in $usb_vendors; do
      [ "${known%%=*}" = "$vendor" ] || continue
      found="$found $vendor:$product"
      for one in $ups; do
        case ",${known#*=}," in
          *",${one#*=},"*) say "ok: UPS $vendor:$product on the USB bus; ${one%%=*} has its driver ${one#*=}" ;;
          *) say "note: UPS $vendor:$product has the driver ${known#*=}, and ${one%%=*} of cluster.yaml has ${one#*=}; correct ups[].driver if this is its UPS" ;;
        esac
      done
    done
  done
  # one driver takes the first UPS that it can handle
  set -- $found
  [ $# -gt 0 ] || say "note: no UPS of a known vendor is on the USB bus, and the cable of ${ups%%=*} ends here; connect it"
  [ $# -lt 2 ] || say "note: $# UPSes are on the USB bus; set options.vendorid and options.productid of ${ups%%=*}"
}

plan() {
  for package in $(missing_packages); do say "would install the package $package"; done
  stale | while read -r mode path; do
    [ -e "$root$path" ] && what='replace' || what='write'
    say "would $what $path, mode $mode"
  done
  has_k3s || say "would install k3s $version"
  for one in $services; do is_on "$one" || say "would enable and start $one"; done
  is_active "$service" || say "would start $service"
}

install() {
  # a script whose ssh was killed may still run
  { exec 9>"$root/run/install-k3s" && timeout 900 flock 9; } || fail 'another run installs this host; wait for its end'
  for package in $(missing_packages); do
    say "installing the package $package"
    if has apt-get; then
      apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "$package"
    else
      apk add -q "$package"
    fi >"$work/log" 2>&1 || fail "$package cannot be installed ($(tail -n 1 "$work/log")); install it by hand"
  done
  # until all of it has taken effect: the next run also repeats what a run that was cut has left out
  unfinished=$root/usr/local/share/k3s-ha/unfinished
  stale >"$work.stale"
  if [ -s "$work.stale" ]; then mkdir -p "${unfinished%/*}" && : >"$unfinished" || fail "cannot write $unfinished; check its disk"; fi
  while read -r mode path; do put "$mode" "$path"; done <"$work.stale"
  if [ -e "$unfinished" ]; then
    reload || fail 'systemctl failed; see journalctl -e'
    for one in $services; do restart_running "$one" || fail "$one does not restart; see $(log_named "$one")"; done
  fi
  has_k3s || install_k3s
  for one in $services; do
    is_on "$one" || { turn_on "$one" && say "$one enabled and started" || fail "$one does not start; see $(log_named "$one")"; }
  done
  ! is_active "$service" || ! grep -q ' /etc/rancher/\| /var/lib/rancher/' "$work.stale" ||
    say "note: k3s reads its changed files at its next start; restart the service $service, on one server at a time"
  rm -f "$unfinished"
  say "ok: installed"
}
# the checksum of the installer is that of the same release; the installer checks k3s by the sha256sum file of the release
install_k3s() {
  say "installing k3s $version"
  if [ -e "$root$offline/k3s" ]; then
    cp "$root$offline/install.sh" "$work/install.sh" && mkdir -p "$root/usr/local/bin" && cp "$root$offline/k3s" "$root/usr/local/bin/k3s.new" &&
      chmod 0755 "$root/usr/local/bin/k3s.new" && { "$root/usr/local/bin/k3s.new" --version >/dev/null 2>&1 || fail "the k3s that was copied does not run on $(uname -m); give that of its architecture"; } &&
      mv -f "$root/usr/local/bin/k3s.new" "$root/usr/local/bin/k3s" || fail "cannot write /usr/local/bin/k3s; check its disk"
    export INSTALL_K3S_SKIP_DOWNLOAD=true
  else
    for part in install.sh install.sh.sha256sum; do
      curl -sSfL --retry 3 --connect-timeout 10 -o "$work/$part" "$source/$part" 2>"$work/log" ||
        fail "cannot fetch $source/$part ($(tail -n 1 "$work/log")); check the network, or give --k3s-binary"
    done
    (cd "$work" && sha256sum -c install.sh.sha256sum >/dev/null 2>&1) || fail "$source/install.sh differs from its checksum; nothing of it was run, try again later"
  fi
  INSTALL_K3S_VERSION=$version INSTALL_K3S_EXEC=$role INSTALL_K3S_SKIP_START=true sh "$work/install.sh" >"$work/log" 2>&1 ||
    fail "the installer of k3s failed ($(tail -n 1 "$work/log")); run this again"
  has_k3s || fail "the installer of k3s left $(k3s_version || echo nothing) and not $version; run this again"
  rm -rf "$root$offline"
  say "k3s $version installed"
}

start() {
  is_active "$service" || { begin start && say "$service starts"; } || fail "$service does not start; see $(log_named "$service")"
}
is_ready() {
  is_active "$service" || return
  # the kubelet of an agent; with OpenRC nothing else shows it
  if [ "$role" = agent ]; then [ "$manager" = systemd ] || curl --noproxy '*' -fs --max-time 3 http://127.0.0.1:10248/healthz >/dev/null; return; fi
  { k3s kubectl get --raw=/readyz && curl --noproxy '*' -gkfs --max-time 3 "$vip/cacerts"; } >/dev/null 2>&1
}
await() {
  began=$(log_mark "$service") end=$(($(date +%s) + limit)) told=
  until is_ready; do
    refuse_identity "$began"
    # of k3s-ha
    reason=$(log_of "$service" | sed -n 's/^k3s-ha: //p' | tail -n 1)
    [ "$reason" = "$told" ] || say "$reason"
    told=$reason
    [ "$(date +%s)" -lt "$end" ] || fail "k3s and $vip do not answer after $limit s (${told:-see $(log_named "$service")}); then run this again"
    sleep 1
  done
  rm -f "$mark"
  say "ok: k3s runs$([ "$role" = agent ] || echo ", and $vip answers")"
  # the ports between nodes are known only now
  sh "$root/usr/local/sbin/k3s-ha" preflight | sed -n "s/^problem: /$name: problem: /p"
}

status() {
  stale >"$work.stale"
  running=$(state_of "$service")
  is=$(k3s_version)
  say "k3s ${is:-is not installed}$([ "$is" = "$version" ] || echo ", cluster.yaml has $version"), $service ${running:-unknown}; $(grep -c . <"$work.list") files, $(grep -c . <"$work.stale") differ"
  while read -r mode path; do
    if [ -e "$root$path" ]; then say "$path differs from hosts/"; else say "$path is missing"; fi
  done <"$work.stale"
  [ "$is" = "$version" ] && [ ! -s "$work.stale" ] || exit 2
}

[ "$(id -u)" = 0 ] || fail 'this user is not root; give --sudo, or log in as root'
# FILE: true if k3s has started before this file was written
is_older() {
  is_active "$service" || return
  [ "$(stat -c %Y "$root$1")" -gt "$(started_at)" ]
}
version() { echo "$(k3s_version)$(! is_older /usr/local/bin/k3s || echo ' stale')"; }
snapshot() { k3s etcd-snapshot save --name "$1" >"$work/log" 2>&1 && say 'etcd snapshot made' || fail "no etcd snapshot ($(tail -n 1 "$work/log")); see $(log_named k3s)"; }
upgrade() {
  has_k3s || install_k3s
  ! is_older /usr/local/bin/k3s || { begin restart && say "$service restarts with $version" || fail "$service does not restart; see $(log_named "$service")"; }
}

# shellcheck source=lib/machines/scripts/install-leave.sh
. lib/machines/scripts/install-leave.sh
# shellcheck source=lib/machines/scripts/install-data.sh
. lib/machines/scripts/install-data.sh

# the tree of this host, which holds the token: in memory, for root only
work=$(mktemp -d "$root/run/install-k3s.XXXXXX") || fail 'cannot create a temporary directory; check whether /run is full'
trap 'rm -rf "$work" "$work.list" "$work.stale"' EXIT
trap 'exit 1' HUP INT PIPE TERM
umask 022
: >"$work.list"
files
# VERB or VERB:ARGUMENT
for verb; do "${verb%%:*}" "${verb#*:}"; done
