#!/bin/sh
# Part of killpowerd, which synth puts in its place: files that can be written in a full directory.
# shellcheck shell=sh disable=SC2154 # variables of killpowerd.sh

# reserve FILE: keeps the pages that a later write of FILE needs: one, and one more for a FILE that does not exist yet
reserve() {
  for spare in "$dir/.$1.a" "$dir/.$1.b"; do
    [ -s "$spare" ] || { printf '%-160s\n' '' >"$spare"; } 2>/dev/null
    [ ! -e "$dir/$1" ] || return
  done
}

# put FILE LINE: atomic, so that no reader gets half a line. In a full directory the line goes into a reserved page, and the page that it
# replaces becomes the reserve: rename and link need no space, and 1<> does not cut a file short, which would give its page away.
put() {
  { printf '%s\n' "$2" >"$dir/.$1.new" && mv -f "$dir/.$1.new" "$dir/$1"; } 2>/dev/null && return
  rm -f "$dir/.$1.new" 2>/dev/null
  { [ -s "$dir/.$1.a" ] && printf '%-160s\n' "$2" 1<>"$dir/.$1.a"; } 2>/dev/null || return
  ln -f "$dir/$1" "$dir/.$1.b" 2>/dev/null || [ ! -e "$dir/$1" ] || return
  mv -f "$dir/.$1.a" "$dir/$1" 2>/dev/null || return
  mv -f "$dir/.$1.b" "$dir/.$1.a" 2>/dev/null
  return 0
}
