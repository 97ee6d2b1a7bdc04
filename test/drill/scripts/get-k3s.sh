#!/bin/sh
# Stands for https://get.k3s.io where there is no internet: a k3s that does nothing but say so, in a unit with the lines of the real
# one that matter here. NotifyAccess is the stand-in's own: its systemd-notify is a child.
set -eu
[ "$INSTALL_K3S_SKIP_START" = true ]
echo "$INSTALL_K3S_VERSION $INSTALL_K3S_EXEC" >/var/lib/k3s-installed
cat >/usr/local/bin/k3s <<'K3S'
#!/bin/sh
data=/var/lib/rancher/k3s/server/db/etcd/member/wal
case "$1 ${2:-}" in
  'server ')
    config=${K3S_CONFIG_FILE:-/etc/rancher/k3s/config.yaml}
    if [ ! -d "$data" ]; then
      if grep -q '^server:' "$config" "$config.d"/*.yaml; then
        echo "k3s stand-in: nobody to join"
        exit 1
      fi
      grep -q '^cluster-init: true' "$config"
      mkdir -p "$data"
      cat "$config.d"/*.yaml >/var/lib/k3s-registered-with
      echo "founded with $config" >>/var/lib/k3s-life
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
chmod 0755 /usr/local/bin/k3s
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
