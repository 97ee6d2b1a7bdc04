#!/bin/sh
# Part of the script of one host, which synth puts in front of install.sh: systemd and OpenRC.
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
  enable() { systemctl enable -q --now "$(unit "$1")"; }
  # does not wait: k3s may start when another server does
  begin() { systemctl "$1" --no-block "$service.service"; }
  reload() {
    systemctl daemon-reload && systemctl restart systemd-logind || return
    for one in $services; do systemctl try-restart "$(unit "$one")" || return; done
  }
  started_at() { date -d "$(systemctl show -p ActiveEnterTimestamp --value "$service.service")" +%s; }
  log_of() { journalctl -q -b -u "$1" -n 40 -o cat 2>/dev/null; }
  log_named() { echo "journalctl -u $1"; }
else
  manager=openrc
  is_enabled() { [ -e "$root/etc/runlevels/default/$1" ]; }
  is_active() { rc-service -q "$1" status >/dev/null 2>&1; }
  state_of() { if is_active "$1"; then echo started; else echo stopped; fi; }
  enable() { { is_enabled "$1" || rc-update -q add "$1" default; } && { is_active "$1" || rc-service -q "$1" start; }; }
  begin() { rc-service -q "$service" "$1"; }
  reload() { for one in $services; do rc-service -q --ifstarted "$one" restart || return; done; }
  started_at() { stat -c %Y "$root/run/openrc/started/$service"; }
  log_of() { tail -n 40 "$root/var/log/$1.log" 2>/dev/null; }
  log_named() { echo "/var/log/$1.log"; }
fi
