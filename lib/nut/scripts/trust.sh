#!/bin/sh
# Makes the certificate authority of the Secret known to upsmon: OpenSSL looks for it in CERTPATH under the hash of its name.
set -eu
umask 077
# not inside the redirection, where it could fail and nobody would notice: upsmon would then find no authority and trust no upsd
hash=$(openssl x509 -hash -noout -in /tls/ca.crt) || {
  echo "trust: openssl cannot read ca.crt of the Secret in power.tlsSecret: is it a certificate in PEM, and does the image have openssl, as that of images/nut has?" >&2
  exit 1
}
mkdir -p /etc/nut/ca
cat /tls/ca.crt >"/etc/nut/ca/$hash.0"
