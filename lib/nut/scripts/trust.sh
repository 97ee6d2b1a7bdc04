#!/bin/sh
# Installs the CA certificate of the Secret for upsmon: OpenSSL finds it in CERTPATH by the hash of its subject.
set -eu
umask 077
# not inside the redirection, where a failure would go unnoticed and upsmon would trust no upsd
hash=$(openssl x509 -hash -noout -in /tls/ca.crt) || {
  echo "trust: openssl cannot read ca.crt of the Secret in power.tlsSecret; check that it is a PEM certificate and that the image has openssl (images/nut)" >&2
  exit 1
}
mkdir -p /etc/nut/ca
cat /tls/ca.crt >"/etc/nut/ca/$hash.0"
