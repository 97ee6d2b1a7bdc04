#!/bin/sh
# Stands for the installer of k3s without internet access: installs a k3s that only records its calls, or the one in
# /usr/local/share/k3s-stand-in or that of the person, in a service with the relevant lines of the real one. NotifyAccess is for the
# stand-in, whose systemd-notify is a child process.
set -eu
[ "$INSTALL_K3S_SKIP_START" = true ]
echo "$INSTALL_K3S_VERSION $INSTALL_K3S_EXEC" >/var/lib/k3s-installed
[ "${INSTALL_K3S_SKIP_DOWNLOAD:-}" = true ] || cat >/usr/local/bin/k3s <<'K3S'
#!/bin/sh
data=/var/lib/rancher/k3s/server/db/etcd/member/wal
case "$1 ${2:-}" in
  'server ')
    config=${K3S_CONFIG_FILE:-/etc/rancher/k3s/config.yaml}
    if [ ! -d "$data" ]; then
      if grep -q '^server:' "$config" "$config.d"/*.yaml; then
        echo "k3s stand-in: no server to join"
        exit 1
      fi
      grep -q '^cluster-init: true' "$config"
      mkdir -p "$data" /var/lib/rancher/k3s/server/tls
      echo a-ca >/var/lib/rancher/k3s/server/tls/server-ca.crt
      cat "$config.d"/*.yaml >/var/lib/k3s-registered-with
      echo "bootstrapped with $config" >>/var/lib/k3s-life
    fi
    echo "started with $config" >>/var/lib/k3s-life
    : >/run/k3s-ready
    systemd-notify --ready
    exec sleep infinity
    ;;
  'kubectl get') [ -e /run/k3s-ready ] ;;
  'kubectl apply') cp "$4" /run/applied.yaml ;;
esac
K3S
[ "${INSTALL_K3S_SKIP_DOWNLOAD:-}" = true ] || [ ! -e /usr/local/share/k3s-stand-in ] || cp /usr/local/share/k3s-stand-in /usr/local/bin/k3s
chmod 0755 /usr/local/bin/k3s
cat >/usr/local/bin/k3s-killall.sh <<'KILLALL'
#!/bin/sh
if [ -x /etc/init.d/k3s ]; then /etc/init.d/k3s stop; else systemctl stop k3s; fi
KILLALL
cat >/usr/local/bin/k3s-uninstall.sh <<'UNINSTALL'
#!/bin/sh
sh /usr/local/bin/k3s-killall.sh
if [ -x /etc/init.d/k3s ]; then rc-update delete k3s default; else systemctl disable k3s; fi
rm -rf /etc/init.d/k3s /etc/systemd/system/k3s.service /etc/rancher/k3s /var/lib/rancher/k3s /usr/local/bin/k3s /usr/local/bin/k3s-killall.sh /usr/local/bin/k3s-uninstall.sh
[ -x /sbin/openrc-run ] || systemctl daemon-reload
UNINSTALL
if [ -x /sbin/openrc-run ]; then
  cat >/etc/init.d/k3s <<'SERVICE'
#!/sbin/openrc-run
depend() {
  after network-online
  want cgroups
}
start_pre() {
  rm -f /tmp/k3s.*
}
supervisor=supervise-daemon
name=k3s
command="/usr/local/bin/k3s"
command_args="server
    >>/var/log/k3s.log 2>&1"
output_log=/var/log/k3s.log
error_log=/var/log/k3s.log
pidfile="/var/run/k3s.pid"
respawn_delay=5
respawn_max=0
SERVICE
  chmod 0755 /etc/init.d/k3s
  rc-update add k3s default
  exit
fi
cat >/etc/systemd/system/k3s.service <<'UNIT'
[Unit]
Description=Lightweight Kubernetes
Wants=network-online.target
After=network-online.target
[Install]
WantedBy=multi-user.target
[Service]
Type=notify
NotifyAccess=all
EnvironmentFile=-/etc/default/%N
EnvironmentFile=-/etc/systemd/system/k3s.service.env
KillMode=process
Delegate=yes
TimeoutStartSec=0
Restart=always
RestartSec=5s
ExecStart=/usr/local/bin/k3s server
UNIT
systemctl daemon-reload
systemctl enable k3s
