#!/bin/sh
# Part of install.sh, which install-script.ts puts in its place: etcd snapshots, and the token that encrypts a part of them.
# shellcheck disable=SC2154 # variables of install.sh
restore_mark=$data/restore # NAME ID of the restore that this host is in, and done at its end

password() { sed -n '1s/^\(K10[0-9a-f]*::server:\)\{0,1\}//p' "$1"; }
# FILE: the key in etcd of the data that this token encrypts: storageKey of pkg/cluster/storage.go
bootstrap_key() { echo "/bootstrap/$(printf '%s' "$(password "$1")" | sha256sum | cut -c 1-12)"; }

put_mark() { mkdir -p "$data" && echo "$1" >"$restore_mark.new" && mv -f "$restore_mark.new" "$restore_mark" || fail "cannot write $restore_mark; check its disk"; }
restoring() { [ ! -e "$restore_mark" ] || cat "$restore_mark"; }
hash_of() { [ ! -s "$1" ] || sha256sum <"$1" | cut -c 1-64; }
ca() { hash_of "$data/server/tls/server-ca.crt"; }
# NAME: refuses a snapshot whose data the token of this host does not decrypt. A compressed one is not examined
fits() {
  file=$root$snapshots/$1
  [ -s "$file" ] || fail "$file is missing; list the snapshots again"
  case $1 in *.zip) return ;; esac
  [ -e "$work$token" ] && secret=$work$token || secret=$root$token
  # grep of busybox ends a line at a zero byte
  tr '\000' '\n' <"$file" | grep -qF "$(bootstrap_key "$secret")" || fail "$1 is of another token than $token; give that of its time by --token-file"
}
# not at a boot either: with its old data this server would continue the old cluster
stop() { turn_off "$service" && ! is_active "$service" && say "$service stopped, and disabled until the restore is complete" || fail "$service does not stop; see $(log_named "$service")"; }
# NAME:ID
restore() {
  [ "$(restoring)" != "${1%:*} ${1##*:}" ] || return 0
  reset_etcd "$root$snapshots/${1%:*}" >"$work/log" 2>&1 || fail "k3s does not restore ${1%:*} ($(tail -n 1 "$work/log")); correct that and run this again, or go back to the old data by starting k3s on the other servers, and enabling it"
  put_mark "${1%:*} ${1##*:}"
  say "${1%:*} restored"
}
# ID:CA moves the old data away. Files of another CA would contradict those of the cluster
set_aside() {
  [ "$(restoring)" != "aside ${1%:*}" ] || return 0
  stop
  [ "$(ca)" = "${1#*:}" ] && old=$data/server/db || old=$data/server
  [ ! -d "$old" ] || mv "$old" "$old-${1%:*}" || fail "cannot move $old; check its disk"
  put_mark "aside ${1%:*}"
  say "old data is in $old-${1%:*}; delete it later"
}
rejoin() { at_boot "$service" || fail "$service cannot be enabled; see $(log_named "$service")"; start; }
restored() { put_mark 'done'; }

sum() { hash_of "$root$token"; }
rotate() {
  key=$(bootstrap_key "$work$token" | tr -d '\n' | base64)
  etcd_api kv/range "{\"key\": \"$key\", \"count_only\": true}" || fail "etcd does not answer ($answer); see $(log_named k3s)"
  case $answer in *'"count"'*) return ;; esac
  # k3s hides its arguments from other users
  k3s token rotate --new-token "$(password "$work$token")" >"$work/log" 2>&1 || fail "k3s does not rotate the token ($(tail -n 1 "$work/log")); see $(log_named k3s)"
  say 'the cluster has the new token'
}
token() {
  is_installed 0600 "$token" || put 0600 "$token"
}
restart() {
  ! is_older "$token" || { begin restart && say "$service restarts" || fail "$service does not restart; see $(log_named "$service")"; }
}
