#!/bin/sh
# A router with an office behind it, each in a network namespace. The street
# sees one address, 203.0.113.1; its ports lead to others of the server, and
# the server sees the router as who calls, since that masquerades both ways.
#   street 203.0.113.9 -- 203.0.113.1 router 10.1.0.1 -- 10.1.0.5, 10.1.0.6 server
# What the street may reach is brought to the second address of the server.
# Usage: nat.sh PROGRAM DATA; prints one line for each thing that was tried.
set -e
program=$1 data=$2
unshare -n sleep 300 & office=$!
unshare -n sleep 300 & street=$!
trap 'kill $office $street $server 2>/dev/null' EXIT
sleep 0.3
in_office() { nsenter -n -t $office "$@"; }
in_street() { nsenter -n -t $street "$@"; }

ip link set lo up
ip link add name ro type veth peer name so
ip link add name rs type veth peer name ss
ip link set so netns $office
ip link set ss netns $street
ip addr add 10.1.0.1/24 dev ro; ip link set ro up
ip addr add 203.0.113.1/24 dev rs; ip link set rs up
in_office ip link set lo up; in_office ip addr add 10.1.0.5/24 dev so; in_office ip addr add 10.1.0.6/24 dev so; in_office ip link set so up
in_office ip route add default via 10.1.0.1
in_street ip link set lo up; in_street ip addr add 203.0.113.9/24 dev ss; in_street ip link set ss up
echo 1 >/proc/sys/net/ipv4/ip_forward
nft -f - <<RULES
table ip nat {
  chain pre {
    type nat hook prerouting priority dstnat;
    iifname "rs" tcp dport 4443 dnat to 10.1.0.6:8443
    iifname "rs" tcp dport 993 dnat to 10.1.0.6:9993
  }
  chain post {
    type nat hook postrouting priority srcnat;
    masquerade
  }
}
RULES

in_office "$program" serve --data "$data" >"$data/../server.log" 2>&1 & server=$!
for _ in $(seq 100); do
  in_office curl -s -k -o /dev/null https://10.1.0.5:8443/healthz && break
  sleep 0.2
done

site=https://mail.city.example:4443
web() { in_street curl -s -k --max-time 20 --resolve mail.city.example:4443:203.0.113.1 "$@"; }
inside() { curl -s -k --max-time 20 --resolve mail.city.example:8443:10.1.0.5 "$@"; }
password='{"address":"ann@city.example","password":"Đường về 12"}'
post() { from=$1; shift; $from -o /dev/null -w '%{http_code}' -H 'Content-Type: application/json' -d "$password" "$@"; }
echo "street: $(web -o /dev/null -w '%{http_code}' $site/healthz)"
echo "street, issuer: $(web $site/.well-known/openid-configuration | grep -o '"issuer":"[^"]*"')"
echo "street, a redirect: $(web -o /dev/null -w '%{redirect_url}' "$site/oauth/authorize?client_id=1.x")"
echo "street, a port that is not mapped: $(in_street curl -s -k -o /dev/null -w '%{http_code}' --max-time 3 https://203.0.113.1:8443/healthz || true)"
echo "street, password alone: $(post web $site/auth/sign-in), $(web -H 'Content-Type: application/json' -d "$password" $site/auth/sign-in | grep -o ticket)"
echo "desk, password alone: $(post inside https://mail.city.example:8443/auth/sign-in)"
imap() { from=$1; shift; $from curl -s -k -o /dev/null --max-time 20 -u 'ann@city.example:Đường về 12' "$@" && echo in || echo "out, curl says $?"; }
echo "street, IMAP: $(imap in_street imaps://203.0.113.1:993/)"
echo "desk, IMAP: $(imap '' imaps://10.1.0.5:9993/)"
echo "street, ports that autoconfiguration tells: $(web "$site/.well-known/autoconfig/mail/config-v1.1.xml?emailaddress=ann@city.example" | sed '/<outgoing/,$d' | grep -o '<port>[0-9]*</port>' | tr -d '\n')"
echo "desk, a door that is not opened: $(imap '' imap://10.1.0.5:143/)"
echo "street, a door for desks only: $(imap in_office pop3s://10.1.0.6:995/)"
echo "desk, the same: $(imap '' pop3s://10.1.0.5:995/)"
