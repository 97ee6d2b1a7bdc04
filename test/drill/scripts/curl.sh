#!/bin/sh
# curl of a machine without internet: https://get.k3s.io is a file, everything else is for the real curl
case " $* " in
  *' https://get.k3s.io '*) exec cat /usr/local/share/get.k3s.io ;;
  *) exec /usr/bin/curl "$@" ;;
esac
