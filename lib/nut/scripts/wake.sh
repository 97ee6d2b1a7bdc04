#!/bin/sh
# Wakes the nodes that were up before an outage and stay off after it, by wake-on-LAN, while mains power feeds this node. Of all nodes, those
# with the cable of a UPS do so: they know which nodes are logged in. second.sh runs this script every 20 s. It keeps
#   /killpower/peers    NODE MAC INTERFACE of the nodes that are up
#   /killpower/awaited  the same when mains power failed, and how often they were found missing. killpowerd stores it in a shutdown
# In:  /config/<node>.wakes, lines `NODE MAC IPV4 UPS@HOST:PORT CLIENT`: CLIENT is the address of NODE at that upsd; - for none
. /scripts/common.sh
wakes=/config/$NODE_NAME.wakes
[ -r "$wakes" ] || exit 0

line=no
clients=/var/run/nut/clients
echo >"$clients"
for system in $({ cut -d ' ' -f 1 "/config/$NODE_NAME.feeds" && cut -d ' ' -f 4 "$wakes"; } | sort -u); do
  case $(state_of "$system") in
    line) line=yes ;;
    # served by a node that is missing
    unknown) continue ;;
    # nothing is sent while a UPS is on battery
    *) exit 0 ;;
  esac
  timeout 4 upsc -c "$system" 2>/dev/null | sed "s/^/$system /" >>"$clients"
done
[ "$line" = yes ] || exit 0
up=$(awk 'NR == FNR { on[$0]; next } ($4 " " $5) in on { print $1 }' "$clients" "$wakes" | sort -u | tr '\n' ' ')
is_up() { case " $up" in *" $1 "*) ;; *) return 1 ;; esac }

# keep FILE TEXT: atomically. The shell logs it if the directory is full, and FILE stays
keep() { printf '%s' "$2" >"/killpower/.$1.new" && mv -f "/killpower/.$1.new" "/killpower/$1"; }

# 30 minutes, a packet each minute: a node that has not started by then needs a person
RUNS=90
RUNS_PER_PACKET=3
sender=$(command -v ether-wake || command -v etherwake)
if [ -e /killpower/awaited ]; then
  missing=
  while read -r node mac device runs; do
    is_number "$runs" || runs=0
    if [ -z "$node" ] || is_up "$node"; then continue; fi
    if [ "$runs" -ge "$RUNS" ]; then
      log "$node is still off; press its power button"
      continue
    fi
    if [ $((runs % RUNS_PER_PACKET)) -eq 0 ] && [ -n "$sender" ] && acts "$node would be woken"; then
      [ "$runs" -gt 0 ] || log "$node is off after the outage; wakes it by magic packets to $mac on $device"
      "$sender" -b -i "$device" "$mac" >/dev/null
    fi
    missing="$missing$node $mac $device $((runs + 1))
"
  done <<END
$(awk '!seen[$1]++' /killpower/awaited)
END
  if [ -n "$missing" ]; then keep awaited "$missing"; else rm -f /killpower/awaited; fi
fi

# the interface of the default route, of either family
interface() {
  cat /proc/net/route /proc/net/ipv6_route 2>/dev/null |
    awk '$2 == "00000000" { print $1; exit } $1 ~ /^0+$/ && $2 == "00" && $NF != "lo" { print $NF; exit }'
}
peers='' unknown=''
for node in $up; do
  entry=$(awk -v node="$node" 'NR == FNR { if ($1 == node) { mac = $2; ip = $3 }; next }
    $1 == ip && $4 != "00:00:00:00:00:00" { found = $4; device = $6 }
    END { print mac == "-" ? found : mac, device }' "$wakes" /proc/net/arp)
  mac=${entry%% *}
  device=${entry#* }
  if [ -z "$mac" ]; then
    unknown="$unknown $node"
  else
    peers="$peers$node $mac ${device:-$(interface)}
"
  fi
done
keep peers "$peers"
echo "$unknown" >/var/run/nut/unknown
