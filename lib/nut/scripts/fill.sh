#!/bin/sh
# fill.sh TEMPLATE: prints it with passwords of the Secret in place of @PASSWORD:key@. They go through a pipe: every process can read
# arguments.
set -eu
keys=$(sed -n 's/.*@PASSWORD:\([^@]*\)@.*/\1/p' "$1" | sort -u)
for key in $keys; do
  if ! grep -Eqx '[A-Za-z0-9._~+-]+' "/secret/$key" 2>/dev/null; then
    echo "$CONTAINER: the password \"$key\" in the Secret is missing or has characters other than A-Z a-z 0-9 . _ ~ + -; create it with npm run secret:nut" >&2
    exit 1
  fi
done
for key in $keys; do printf 's/@PASSWORD:%s@/%s/\n' "$key" "$(cat "/secret/$key")"; done | sed -f - "$1"
