package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// TestNAT puts a server behind a router that translates addresses and maps
// ports (C06), in network namespaces: what it says of itself has the public
// name and port, and the street is of the zone of the address that it is
// brought to, though the router shows one of the inner network for it. Which
// doors there are, and on which of its addresses, is a setting each (C04).
func TestNAT(t *testing.T) {
	try := exec.Command("unshare", "-rn", "sh", "-c", "ip link add name v0 type veth peer name v1 && nft add table ip t && nft 'add chain ip t post { type nat hook postrouting priority 100; }' && nft add rule ip t post masquerade && command -v curl nsenter")
	if out, err := try.CombinedOutput(); err != nil {
		t.Skipf("no network namespaces with nftables here (make setup installs the tools): %v %s", err, out)
	}
	dir := t.TempDir()
	data := filepath.Join(dir, "data")
	env := os.Environ()
	for name, value := range map[string]string{
		"HOSTNAME": "mail.city.example", "NETWORK_INNER": "10.1.0.0/24", "HTTP_BASE_URL": "https://mail.city.example:4443",
		"HTTP_LISTEN": "", "HTTP_LISTEN_TLS": ":8443", "IMAP_LISTEN": "", "IMAP_LISTEN_TLS": ":9993", "NETWORK_MAPPED": "4443=8443,993=9993", "POP_LISTEN_TLS": "10.1.0.5:995",
		"SMTP_LISTEN": "", "SMTP_SUBMISSION": "", "SMTP_SUBMISSION_TLS": "", "ZONES_OUTER_LISTENERS": "10.1.0.6", "ZONES_OUTER_NEEDS": "two",
	} {
		env = append(env, "CHANCERY_"+name+"="+value)
	}
	add := exec.Command(program(t), "account", "add", "ann@city.example", "--data", data, "--password-stdin")
	add.Env, add.Stdin = env, strings.NewReader("Đường về 12\n")
	if out, err := add.CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	run := exec.Command("unshare", "-rn", "sh", "testdata/nat.sh", program(t), data)
	run.Env, run.Stderr = env, t.Output()
	out, err := run.Output()
	log, _ := os.ReadFile(filepath.Join(dir, "server.log"))
	if err != nil {
		t.Fatalf("%v: %s\n%s", err, out, log)
	}
	const want = `street: 200
street, issuer: "issuer":"https://mail.city.example:4443"
street, a redirect: https://mail.city.example:4443/sso/refused
street, a port that is not mapped: 000
street, password alone: 200, ticket
desk, password alone: 204
street, IMAP: out, curl says 67
desk, IMAP: in
street, ports that autoconfiguration tells: <port>993</port><port>995</port>
desk, a door that is not opened: out, curl says 7
street, a door for desks only: out, curl says 7
desk, the same: in
`
	if string(out) != want {
		t.Errorf("it says\n%s\nwant\n%s\n%s", out, want, log)
	}
}
