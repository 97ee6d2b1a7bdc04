#!/bin/sh
# container.sh IMAGE FOLDER ROOT_ACCESS COMMAND...
# Runs COMMAND as PID 1 of an emulated container. The caller has created the mount and PID namespaces.
# IMAGE        its root file system, which no write reaches; / is that of this host
# FOLDER       an empty folder on a tmpfs for all writes of the container
# ROOT_ACCESS  ro or rw, for the root file system
# Standard input: one mount per line, "SOURCE<tab>TARGET<tab>ro|rw", in the order of mounting
set -eu
image=$1
folder=$2
access=$3
shift 3

mkdir "$folder/upper" "$folder/work" "$folder/root"
mount -t overlay -o "lowerdir=$image,upperdir=$folder/upper,workdir=$folder/work" overlay "$folder/root"
mkdir "$folder/root/.host"
cd "$folder/root"
pivot_root . .host
cd /

mount -t proc proc /proc
mount -t tmpfs -o mode=0755,size=64k tmpfs /dev
ln -s /proc/self/fd /dev/fd

# targets are resolved here, inside the new root: Debian's /var/run is a link to /run
while IFS='	' read -r source target mode; do
  if [ -d "/.host$source" ]; then
    mkdir -p "$target"
  else
    mkdir -p "$(dirname "$target")"
    # a file below /proc exists, and not even root can open it for writing
    [ -e "$target" ] || : >"$target"
  fi
  mount --bind "/.host$source" "$target"
  [ "$mode" = rw ] || mount -o remount,bind,ro "$target"
done

umount -l /.host
rmdir /.host
[ "$access" = rw ] || mount -o remount,bind,ro /
exec "$@" </dev/null
