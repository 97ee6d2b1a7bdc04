#!/bin/sh
# curl of a host without internet access: https://get.k3s.io is a file, all other URLs go to the real curl
case " $* " in
  *' https://get.k3s.io '*) exec cat /usr/local/share/get.k3s.io ;;
  *) exec /usr/bin/curl "$@" ;;
esac
