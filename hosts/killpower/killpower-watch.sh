#!/bin/sh
# Written by npm run synth from cluster.yaml; change that and run it again.
# killpower-watch DIRECTORY
# Powers this machine off when the file DIRECTORY/killpower appears. For machines without systemd; run it under a supervisor.
#
# A flag that is still there from an earlier boot is cleared, or the machine would go off again each time it comes up. One that
# was raised in this boot while the watcher was down is obeyed. DIRECTORY/.boot tells the two apart: it holds the boot the flag
# belongs to, so that a directory that outlives a reboot is as good as one in /run.
#
# Environment, for tests and for odd machines:
#   KILLPOWER_POWEROFF  command that powers the machine off; default: poweroff
#   KILLPOWER_POLL      seconds between two looks; default: 1
#   KILLPOWER_BOOT_ID   file that differs from boot to boot; default: /proc/sys/kernel/random/boot_id

log() {
  echo "$(date '+%Y-%m-%d %H:%M:%S') killpower-watch: $1" >&2
}

if [ $# -ne 1 ]; then
  echo 'usage: killpower-watch DIRECTORY' >&2
  exit 2
fi
dir=$1
flag=$dir/killpower
[ -n "$KILLPOWER_POWEROFF" ] || KILLPOWER_POWEROFF=poweroff
[ -n "$KILLPOWER_POLL" ] || KILLPOWER_POLL=1
[ -n "$KILLPOWER_BOOT_ID" ] || KILLPOWER_BOOT_ID=/proc/sys/kernel/random/boot_id

if ! mkdir -p "$dir"; then
  log "cannot create $dir"
  exit 1
fi
if ! boot=$(cat "$KILLPOWER_BOOT_ID"); then
  log "cannot read $KILLPOWER_BOOT_ID, so a flag of an earlier boot would look like one of now"
  exit 1
fi

seen=
[ ! -r "$dir/.boot" ] || read -r seen < "$dir/.boot"
if [ "$seen" != "$boot" ]; then
  if [ -e "$flag" ]; then
    log "$flag is from before this boot, clearing it"
    if ! rm -f "$flag"; then
      log "cannot remove $flag"
      exit 1
    fi
  fi
  # in one step, or a crash in between could leave half a name
  if ! { echo "$boot" > "$dir/.boot.new" && mv -f "$dir/.boot.new" "$dir/.boot"; }; then
    log "cannot write $dir/.boot"
    exit 1
  fi
fi

log "watching $flag"
while :; do
  if [ -e "$flag" ]; then
    log "$flag found, powering off"
    # the flag stays until the command has worked, so neither a failure nor a restart of this script loses it
    if $KILLPOWER_POWEROFF; then
      rm -f "$flag"
    else
      log "'$KILLPOWER_POWEROFF' failed, trying again"
    fi
  fi
  sleep "$KILLPOWER_POLL"
done
