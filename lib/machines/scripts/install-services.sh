#!/bin/sh
# Part of install.sh, which installScript puts in its place: the services of systemd and OpenRC.
# shellcheck disable=SC2034,SC2154 # variables of install.sh
root=${INSTALL_ROOT:-} # for tests
# with OpenRC a service that is started may still wait in k3s-ha
if [ -d "$root/run/systemd/system" ]; then
  manager=systemd
  # a socket starts k3s-ha for each question
  unit() { case $1 in k3s-ha) echo k3s-ha.socket ;; *) echo "$1.service" ;; esac; }
  is_enabled() { systemctl is-enabled -q "$(unit "$1")" 2>/dev/null; }
  is_active() { systemctl is-active -q "$(unit "$1")" 2>/dev/null; }
  state_of() { systemctl is-active "$(unit "$1")" 2>/dev/null; }
  turn_on() { systemctl enable -q --now "$(unit "$1")"; }
  at_boot() { systemctl enable -q "$(unit "$1")"; }
  turn_off() { systemctl disable -q --now "$(unit "$1")" 2>/dev/null; }
  # not at boot, and not again after it has exited
  stay_off() {
    drop_in=$root/run/systemd/system/$service.service.d/leaving.conf
    mkdir -p "${drop_in%/*}" && printf '[Service]\nRestart=no\n' >"$drop_in" && systemctl daemon-reload && systemctl disable -q "$service.service" 2>/dev/null
  }
  stop_k3s() { systemctl stop "$service.service" 2>/dev/null; }
  # does not wait: k3s may start when another server does
  begin() { systemctl "$1" --no-block "$service.service"; }
  reload() { systemctl daemon-reload && systemctl restart systemd-logind; }
  restart_running() { systemctl try-restart "$(unit "$1")"; }
  started_at() { date -d "$(systemctl show -p ActiveEnterTimestamp --value "$service.service")" +%s; }
  log_of() { journalctl -q -b -u "$1" -n 40 -o cat 2>/dev/null; }
  log_named() { echo "journalctl -u $1"; }
  # the end of the log, and what was logged since
  log_mark() { date +%s; }
  log_since() { journalctl -q --since "@$2" -u "$1" -o cat 2>/dev/null; }
else
  manager=openrc
  # a service that starts must not hold the lock of this run
  rc() { rc-service -q "$@" 9>&-; }
  is_enabled() { [ -e "$root/etc/runlevels/default/$1" ]; }
  is_active() { rc "$1" status >/dev/null 2>&1; }
  state_of() { if is_active "$1"; then echo started; else echo stopped; fi; }
  at_boot() { is_enabled "$1" || rc-update -q add "$1" default; }
  turn_on() { at_boot "$1" && { is_active "$1" || rc "$1" start; }; }
  turn_off() { rc-update -q del "$1" default; rc --ifstarted "$1" stop; } 2>/dev/null
  # its supervisor starts it again, until it is uninstalled
  stay_off() { ! is_enabled "$service" || rc-update -q del "$service" default; }
  stop_k3s() { rc --ifstarted "$service" stop; }
  begin() { rc "$service" "$1"; }
  reload() { :; }
  restart_running() { rc --ifstarted "$1" restart; }
  started_at() { stat -c %Y "$root/run/openrc/started/$service"; }
  log_of() { tail -n 40 "$root/var/log/$1.log" 2>/dev/null; }
  log_named() { echo "/var/log/$1.log"; }
  log_mark() { wc -c 2>/dev/null <"$root/var/log/$1.log" || echo 0; }
  log_since() { tail -c "+$(($2 + 1))" "$root/var/log/$1.log" 2>/dev/null; }
fi
