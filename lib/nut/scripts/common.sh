#!/bin/sh
# What the scripts of this folder share; they read it with `. /scripts/common.sh`.
# In:  NODE_NAME, CONTAINER, /config/<node>.env (the numbers of this node), /killpower (directory of the machine)
# shellcheck disable=SC2034,SC1090  # the numbers are for the scripts that read this; the file is written by synth
. "/config/$NODE_NAME.env"

log() { echo "$CONTAINER: $1"; }
boot_id() { cat /proc/sys/kernel/random/boot_id; }
# whole seconds since the boot: no clock that somebody sets can move a deadline
uptime_seconds() { cut -d. -f1 /proc/uptime; }
is_number() { case $1 in '' | *[!0-9]* | ??????????*) return 1 ;; esac }

# write_line FILE UPTIME REASON: <boot id> <uptime> <halt budget> <reason>, for killpowerd on the machine. In one step, and under
# a name of this container's own, because all containers of the node write to the same directory.
write_line() {
  new=/killpower/.$1.$CONTAINER.$$
  printf '%s %s %s %s\n' "$(boot_id)" "$2" "$HALT" "$3" >"$new" && mv -f "$new" "/killpower/$1" && return
  rm -f "$new"
  log "cannot write $1 to the power-off directory of $NODE_NAME; is its disk full or read-only?"
  return 1
}

# True when this machine is committed to power off in this boot: by a line that killpowerd takes, which has two numbers without
# leading zeros.
committed() {
  [ -r /killpower/deadline ] && read -r line_boot line_at line_halt _ </killpower/deadline &&
    [ "$line_boot" = "$(boot_id)" ] && is_number "$line_at" && is_number "$line_halt" || return 1
  case "$line_at $line_halt" in 0?*' '* | *' 0'?*) return 1 ;; esac
}

# arm SECONDS REASON: this machine goes off in so many seconds, whatever dies now. An earlier deadline stays.
arm() {
  arm_at=$(($(uptime_seconds) + $1))
  armed=no
  if ! committed || [ "$line_at" -gt "$arm_at" ]; then
    # two callers at once may both get here; all of a node have the same stage, so their times differ by less than a second
    ! write_line deadline "$arm_at" "$2" || armed=yes
  fi
  # each time, because it also tells logind what an earlier call could not
  if [ "$ACTUATOR" = logind ] && ! /scripts/logind.sh arm "$1" "$2"; then
    armed=no
    log "systemd-logind of $NODE_NAME does not take the power-off; it is told again by the next who commits"
  fi
  [ "$armed" = no ] || log "this machine powers off in $1 s ($2)"
}

status_of() { timeout 4 upsc "$1" ups.status 2>/dev/null; }

# state_of UPS@HOST: what its status means for the machines that it feeds: done, the shutdown is declared or the battery at its end;
# battery; line; unheard, which says nothing
state_of() {
  case " $(status_of "$1") " in
    *' FSD '*) echo 'done' ;;
    # a UPS that measures its battery says that it is low, and goes back to the mains by itself
    *' CAL '*) echo line ;;
    # neighbours share the blank between them, so the second word is without the one before it
    *' OB '*'LB '* | *' LB '*'OB '*) echo 'done' ;;
    *' OB '*) echo battery ;;
    *' OL '*) echo line ;;
    *) echo unheard ;;
  esac
}

# to_upsd LINE ...: talks to the upsd of this node as the primary, in the protocol of
# https://networkupstools.org/docs/developer-guide.chunked/net-protocol.html, and prints what it answers. upsmon -c fsd would declare all
# UPSes of the node at once, and upscmd has the password on its command line, for everybody to see.
to_upsd() {
  { printf 'USERNAME monprimary\nPASSWORD %s\n' "$(cat /secret/primary)" && printf '%s\n' "$@" LOGOUT; } |
    timeout 4 ${NC:=$(command -v nc || echo 'busybox nc')} 127.0.0.1 "$UPSD_PORT" 2>/dev/null
}

# declare UPS: the shutdown of this one UPS, for every machine that looks at it; done where it is declared already
declare_shutdown() {
  case " $(status_of "$1@127.0.0.1:$UPSD_PORT") " in *' FSD '*) return 0 ;; esac
  to_upsd "FSD $1" | grep -q '^OK FSD-SET' && log "the shutdown of $1 is declared"
}

# counts_down UPS SECONDS: true when it was told in this boot to cut its load, and less than so many seconds ago
counts_down() {
  { read -r told_at <"/killpower/.told.$1.$(boot_id)"; } 2>/dev/null && is_number "$told_at" &&
    [ $(($(uptime_seconds) - told_at)) -lt "$2" ]
}

# cut_load UPS OFFDELAY: tells a UPS to cut its load after its offdelay and to restore it when the mains are back. Once in a boot; a
# command that failed is tried again by whoever comes next.
cut_load() {
  told=/killpower/.told.$1.$(boot_id)
  [ ! -e "$told" ] || return 0
  # of several callers one, and who dies meanwhile is replaced by the next; a link is made in one step together with what it says
  telling=/killpower/.telling.$1
  cut_at=$(uptime_seconds)
  if ! ln -s "$(boot_id).$cut_at" "$telling" 2>/dev/null; then
    teller=$(readlink "$telling") || return 0
    case $teller in
      "$(boot_id)".*) [ $((cut_at - ${teller##*.})) -gt "$TELLING_SECONDS" ] || return 0 ;;
    esac
    rm -f "$telling"
    ln -s "$(boot_id).$cut_at" "$telling" 2>/dev/null || return 0
  fi
  passed_on=$(to_upsd 'SET TRACKING ON' "INSTCMD $1 shutdown.return" | sed -n 's/^OK TRACKING //p')
  # at once, so that who dies here has not told it in vain
  [ -z "$passed_on" ] || uptime_seconds >"$told"
  if [ -n "$passed_on" ] && has_taken "$passed_on"; then
    log "$1 cuts its load in $2 s and restores it when the mains are back"
  else
    rm -f "$told"
    log "$1 did not take shutdown.return"
  fi
  rm -f "$telling"
}

# has_taken ID: false when the driver says within some seconds that it could not do what upsd passed on to it
has_taken() {
  for _ in 1 2 3 4; do
    case $(to_upsd 'SET TRACKING ON' "GET TRACKING $1") in
      *SUCCESS*) return 0 ;;
      *'ERR '*) return 1 ;;
    esac
    sleep 1
  done
}
# longer than that may take
TELLING_SECONDS=12
