#!/bin/sh
# send.sh RECEIVER: sends the messages in the queue of one receiver of power.notify, the oldest first, and retries until it has accepted
# them. Passwords reach curl through a pipe: every process can read arguments.
# In:  NODE_NAME, CONTAINER, /notify, /queue, /secret
. /scripts/common.sh
read -r site </notify/site
while read -r name type stated token_in user from to; do
  [ "$name" != "$1" ] || break
done </notify/receivers
body=/var/run/nut/body.$1
# seconds
FIRST_PAUSE=15
LONGEST_PAUSE=300
LIFETIME=172800

secret_of() {
  { head -n 1 "/secret/notify-$1-$2"; } 2>/dev/null | grep . || {
    # standard output is the value
    remark "the Secret has no key notify-$1-$2; create it with npm run secret:nut" >&2
    return 1
  }
}

# settings RECEIVER: configuration for curl, curl(1) --config
settings() {
  url=$stated
  [ "$url" != secret ] || url=$(secret_of "$1" url) || return 1
  token=
  [ "$token_in" != secret ] || token=$(secret_of "$1" token) || return 1
  [ "$type" != gotify ] || url=${url%/}/message
  printf 'url = "%s"\n' "$url"
  case $type in
    ntfy) printf 'header = "Title: %s"\n' "$title" ;;
    gotify | webhook) echo 'header = "Content-Type: application/json"' ;;
  esac
  case $type${token:+ token} in
    mail*)
      printf 'upload-file = "%s"\nmail-from = "%s"\n' "$body" "$from"
      printf '%s\n' "$to" | tr ',' '\n' | sed 's/.*/mail-rcpt = "&"/'
      # a password is never sent without TLS
      [ -z "$token" ] || printf 'user = "%s:%s"\nssl-reqd\n' "$user" "$token"
      ;;
    gotify*) printf 'header = "X-Gotify-Key: %s"\n' "$token" ;;
    *token) printf 'header = "Authorization: Bearer %s"\n' "$token" ;;
  esac
  [ "$type" = mail ] || printf 'data-binary = "@%s"\n' "$body"
}

write_body() {
  when=$(date -u -d "@$at" '+%Y-%m-%d %H:%M:%S UTC')
  case $type in
    ntfy) printf '%s\n%s' "$text" "$when" ;;
    gotify) printf '{"title":"%s","message":"%s","priority":8}' "$title" "$text ($when)" ;;
    webhook)
      printf '{"site":"%s","node":"%s","title":"%s","text":"%s","at":"%s"}' \
        "$site" "$NODE_NAME" "$title" "$text" "$(date -u -d "@$at" '+%Y-%m-%dT%H:%M:%SZ')"
      ;;
    mail)
      printf 'From: %s\r\nTo: %s\r\nSubject: %s\r\nDate: %s\r\nMessage-ID: <%s.%s@power-safe-k3s>\r\n\r\n%s\r\n%s\r\n' \
        "$from" "$to" "$title" "$(LC_ALL=C date -u -d "@$at" '+%a, %d %b %Y %H:%M:%S +0000')" "${1##*/}" "$NODE_NAME" "$text" "$when"
      ;;
  esac >"$body"
}

# deliver RECEIVER MESSAGE: true if it is done with, sent or too old
deliver() {
  { read -r at && read -r title && read -r text; } <"$2" && is_time "$at" || {
    log "$2 is not a message; it is dropped"
    return 0
  }
  title="$site: $title"
  if [ $(($(date +%s) - at)) -gt "$LIFETIME" ]; then
    log "\"$title\" was not sent to $1 for $LIFETIME s; it is dropped"
    return 0
  fi
  write_body "$2"
  config=$(settings "$1") || return 1
  if said=$(printf '%s\n' "$config" | timeout 20 curl --config - --silent --show-error --fail --max-time 15 --output /dev/null 2>&1); then
    log "sent \"$title\" to $1"
  else
    remark "\"$title\" is not sent to $1 (${said:-no answer}); it is retried"
    return 1
  fi
}
is_time() { case $1 in '' | *[!0-9]* | 0* | ?????????????*) return 1 ;; esac; }

pause=$FIRST_PAUSE
while :; do
  failed=no
  for message in "/queue/$1"/*; do
    [ -e "$message" ] || continue
    if ! deliver "$1" "$message"; then
      failed=yes
      break
    fi
    rm -f "$message"
    pause=$FIRST_PAUSE
  done
  if [ "$failed" = no ]; then
    sleep 2
  else
    sleep "$pause"
    pause=$((pause * 2))
    [ "$pause" -le "$LONGEST_PAUSE" ] || pause=$LONGEST_PAUSE
  fi
done
