#!/bin/sh
# Makes the certificate authority of the Secret known to upsmon: OpenSSL looks for it in CERTPATH under the hash of its name.
set -eu
umask 077
mkdir -p /etc/nut/ca
cat /tls/ca.crt >"/etc/nut/ca/$(openssl x509 -hash -noout -in /tls/ca.crt).0"
