#!/bin/sh
# Functions for the other scripts, which read it with `. /scripts/common.sh`.
# In:  NODE_NAME, CONTAINER, /config/<node>.env (settings of this node), /killpower (directory on the node)
# shellcheck disable=SC2034,SC1090  # the settings are for the scripts that read this; synth writes the file
. "/config/$NODE_NAME.env"

log() { echo "$CONTAINER: $1"; }
# remark TEXT: logs what a loop finds at each poll, once a minute at most
remark() {
  remarked=/var/run/nut/remark.$(printf '%s' "$1" | cksum | cut -d ' ' -f 1)
  if { read -r remarked_at <"$remarked"; } 2>/dev/null && [ $(($(uptime_seconds) - remarked_at)) -lt 60 ]; then return 0; fi
  uptime_seconds >"$remarked"
  log "$1"
}
# acts WHAT: true if power.armed. Otherwise it logs WHAT would have been done. Each function that makes killpowerd, logind or a UPS act
# asks here first.
acts() {
  [ "$ARMED" != yes ] || return 0
  remark "not armed: $1"
  return 1
}
secret=
boot_id() { cat /proc/sys/kernel/random/boot_id; }
# whole seconds since boot: setting the clock does not move a deadline
uptime_seconds() { cut -d. -f1 /proc/uptime; }
is_number() { case $1 in '' | *[!0-9]* | ??????????*) return 1 ;; esac }

# reserve FILE: true if a later write of FILE needs no space: one page is reserved, and one more for a FILE that does not exist yet. This
# container's name is in their names, because all containers of the node share the directory.
reserve() {
  for spare in "/killpower/.$1.$CONTAINER.a" "/killpower/.$1.$CONTAINER.b"; do
    [ -s "$spare" ] || printf '%-160s\n' '' >"$spare" || return 1
    [ ! -e "/killpower/$1" ] || return 0
  done 2>/dev/null
}

# write_line FILE UPTIME REASON: writes `<boot id> <uptime> <halt budget> <reason>` for killpowerd, atomically. In a full directory the
# line goes into a reserved page, and the page it replaces becomes the reserve: rename and link need no space.
write_line() {
  text="$(boot_id) $2 $HALT $3"
  new=/killpower/.$1.$CONTAINER.$$
  { printf '%s\n' "$text" >"$new" && mv -f "$new" "/killpower/$1"; } 2>/dev/null && return
  # upsmon runs two of these at once: the rename gives a page to one of them. 1<> does not cut the file short, which would give its page
  # away.
  for page in a b; do
    mv -f "/killpower/.$1.$CONTAINER.$page" "$new" && printf '%-160s\n' "$text" 1<>"$new" || continue
    ln -f "/killpower/$1" "$new.old"
    mv -f "$new" "/killpower/$1" || continue
    mv -f "$new.old" "/killpower/.$1.$CONTAINER.a" || reserve "$1"
    return 0
  done 2>/dev/null
  rm -f "$new" "$new.old" 2>/dev/null
  log "cannot write $1 to the power-off directory of $NODE_NAME; check whether its disk is full or read-only"
  return 1
}

# committed: true if this node is committed to power off in this boot, by a line that killpowerd accepts: two numbers without leading
# zeros.
committed() {
  [ -r /killpower/deadline ] && read -r line_boot line_at line_halt _ </killpower/deadline &&
    [ "$line_boot" = "$(boot_id)" ] && is_number "$line_at" && is_number "$line_halt" || return 1
  case "$line_at $line_halt" in 0?*' '* | *' 0'?*) return 1 ;; esac
}

# arm SECONDS REASON: sets the shutdown deadline of this node. An earlier deadline stays.
arm() {
  acts "this node would power off in $1 s ($2)" || return 0
  arm_at=$(($(uptime_seconds) + $1))
  armed=no
  if ! committed || [ "$line_at" -gt "$arm_at" ]; then
    # two callers at once may both get here; they share the stage of the node, so their deadlines differ by less than 1 s
    ! write_line deadline "$arm_at" "$2" || armed=yes
  fi
  # on every call, which makes up for an earlier one that failed
  if [ "$ACTUATOR" = logind ] && ! /scripts/logind.sh arm "$1" "$2"; then
    armed=no
    log "systemd-logind on $NODE_NAME did not schedule the power-off; the next commit retries"
  fi
  [ "$armed" = no ] || log "this node powers off in $1 s ($2)"
}

# is_new_secret: true if the kubelet has replaced a password of this pod since the last call; the first call only reads them
is_new_secret() {
  secret_before=$secret
  secret=$(cat /secret/*)
  [ -n "$secret_before" ] && [ "$secret" != "$secret_before" ]
}

status_of() { timeout 4 upsc "$1" ups.status 2>/dev/null; }

# state_of UPS@HOST: what the status of a UPS means for the nodes it feeds. Its words:
# https://networkupstools.org/docs/developer-guide.chunked/new-drivers.html#_status_data
#   done     they power off: FSD, or on battery with low battery
#   battery  it feeds them from its battery
#   line     mains power feeds them, by whatever way
#   unclear  it answers and says neither: WAIT, and ALARM, LB, OFF, OVER, RB, HB or TEST alone
#   unknown  no data
state_of() {
  case " $(status_of "$1") " in
    '  ') echo unknown ;;
    *' FSD '*) echo 'done' ;;
    # a UPS that calibrates its battery reports it low, and returns to mains power by itself
    *' CAL '*) echo line ;;
    # adjacent words share one blank, so the second pattern starts without it
    *' OB '*'LB '* | *' LB '*'OB '*) echo 'done' ;;
    *' OB '*) echo battery ;;
    # a UPS without mains power neither bypasses nor trims nor boosts it, and charges nothing
    *' OL '* | *' BYPASS '* | *' TRIM '* | *' BOOST '* | *' ECO '* | *' CHRG '*) echo line ;;
    *' DISCHRG '*) echo battery ;;
    *) echo unclear ;;
  esac
}

# to_upsd LINE ...: sends lines to the upsd of this node as the primary user and prints the answers. Protocol:
# https://networkupstools.org/docs/developer-guide.chunked/net-protocol.html. upsmon -c fsd would set FSD on all UPSes of the node, and
# upscmd has the password on its command line, where every process can read it.
to_upsd() {
  { printf 'USERNAME monprimary\nPASSWORD %s\n' "$(cat /secret/primary)" && printf '%s\n' "$@" LOGOUT; } |
    timeout 4 ${NC:=$(command -v nc || echo 'busybox nc')} 127.0.0.1 "$UPSD_PORT" 2>/dev/null
}

# declare_shutdown UPS: sets FSD on one UPS, for every node that polls it. True if FSD is set already.
declare_shutdown() {
  case " $(status_of "$1@127.0.0.1:$UPSD_PORT") " in *' FSD '*) return 0 ;; esac
  acts "forced shutdown (FSD) of $1 would be set" || return 0
  to_upsd "FSD $1" | grep -q '^OK FSD-SET' && log "forced shutdown (FSD) of $1 is set"
}

# counts_down UPS SECONDS [cut]: true if the UPS was commanded in this boot to cut its output, less than SECONDS ago; cut: and has cut it
counts_down() {
  { read -r commanded_at <"/killpower/.${3:-commanded}.$1.$(boot_id)"; } 2>/dev/null && is_number "$commanded_at" &&
    [ $(($(uptime_seconds) - commanded_at)) -lt "$2" ]
}

# cut_output UPS OFFDELAY ARGUMENT: commands a UPS to cut its output after OFFDELAY and to restore it when mains power returns. Once per
# boot; the next caller retries a command that failed. Some drivers need the delay as ARGUMENT.
cut_output() {
  commanded=/killpower/.commanded.$1.$(boot_id)
  [ ! -e "$commanded" ] || return 0
  acts "$1 would cut its output in $2 s and restore it when mains power returns" || return 0
  # one caller at a time; the next one replaces a caller that was killed. A link is created in one step with its content
  lock=/killpower/.commanding.$1
  cut_at=$(uptime_seconds)
  if ! ln -s "$(boot_id).$cut_at" "$lock" 2>/dev/null; then
    holder=$(readlink "$lock") || return 0
    case $holder in
      "$(boot_id)".*) [ $((cut_at - ${holder##*.})) -gt "$COMMAND_SECONDS" ] || return 0 ;;
    esac
    rm -f "$lock"
    ln -s "$(boot_id).$cut_at" "$lock" 2>/dev/null || return 0
  fi
  passed_on=$(to_upsd 'SET TRACKING ON' "INSTCMD $1 shutdown.return${3:+ $3}" | sed -n 's/^OK TRACKING //p')
  # at once: a caller that is killed from here on has commanded the UPS
  [ -z "$passed_on" ] || uptime_seconds >"$commanded"
  if [ -n "$passed_on" ] && is_accepted "$passed_on"; then
    log "$1 cuts its output in $2 s and restores it when mains power returns"
  else
    rm -f "$commanded"
    log "$1 did not accept shutdown.return; the next commit retries"
  fi
  rm -f "$lock"
}

# is_accepted ID: false if the driver reports within about 4 s that the command failed
is_accepted() {
  for _ in 1 2 3 4; do
    case $(to_upsd 'SET TRACKING ON' "GET TRACKING $1") in
      *SUCCESS*) return 0 ;;
      *'ERR '*) return 1 ;;
    esac
    sleep 1
  done
}
# longer than cut_output takes
COMMAND_SECONDS=12
