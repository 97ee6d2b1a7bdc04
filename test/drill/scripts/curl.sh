#!/bin/sh
# curl of a host without internet access: https://get.k3s.io is a file, which -o writes; all other URLs go to the real curl
case " $* " in
  *' https://get.k3s.io -o '*)
    for file in "$@"; do :; done
    exec cp /usr/local/share/get.k3s.io "$file"
    ;;
  *) exec /usr/bin/curl "$@" ;;
esac
