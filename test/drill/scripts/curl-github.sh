#!/bin/sh
# curl of a host without internet access: files of a release of k3s are in a folder, all other URLs go to the real curl
for url; do :; done
case $url in
  https://raw.githubusercontent.com/k3s-io/k3s/*)
    while [ "$1" != -o ]; do shift; done
    exec cp "/usr/local/share/github/${url##*/}" "$2"
    ;;
  *) exec /usr/local/share/curl "$@" ;;
esac
