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
  printf '%s %s %s %s\n' "$(boot_id)" "$2" "$HALT" "$3" >"/killpower/.$1.$CONTAINER.$$" &&
    mv -f "/killpower/.$1.$CONTAINER.$$" "/killpower/$1"
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
  if ! committed || [ "$line_at" -gt "$arm_at" ]; then
    # two callers at once may both get here; all of a node have the same stage, so their times differ by less than a second
    write_line deadline "$arm_at" "$2"
    log "this machine powers off in $1 s ($2)"
  fi
  # each time, because it also tells logind what an earlier call could not
  [ "$ACTUATOR" != logind ] || /scripts/logind.sh arm "$1" "$2"
}

status_of() { timeout 4 upsc "$1" ups.status 2>/dev/null; }

# cut UPS: tells a UPS whose cable is here to cut its load after its offdelay and to restore it when the mains are back.
# Once in a boot; a command that failed is tried again by whoever comes next.
cut_load() {
  told=/killpower/.told.$1.$(boot_id)
  mkdir "$told" 2>/dev/null || return 0
  if timeout 8 upscmd -u monprimary -p "$(cat /secret/primary)" "$1@127.0.0.1:$UPSD_PORT" shutdown.return >/dev/null 2>&1; then
    log "$1 cuts its load in $2 s and restores it when the mains are back"
  else
    rmdir "$told" 2>/dev/null
    log "$1 did not take shutdown.return"
  fi
}
