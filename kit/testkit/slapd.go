package testkit

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"errors"
	"fmt"
	"math/big"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// Slapd is Debian's OpenLDAP server on loopback, with a database of its own.
type Slapd struct {
	t             *testing.T
	dir           string
	Plain, Secure string // addresses, without TLS and with it
	Authority     string // file of who vouches for it
	program       string
	running       *exec.Cmd
}

// What is in its directory from the first: its root, and who may search.
const (
	SlapdBase   = "dc=city,dc=example"
	SlapdBind   = "cn=reader,dc=city,dc=example"
	SlapdSecret = "a secret of the directory"
)

// NewSlapd starts a server with what an LDIF says, or skips the test where
// there is no slapd. As some servers do, it takes a bind without a password for
// a success (RFC 4513 section 5.1.2).
func NewSlapd(t *testing.T, ldif string) *Slapd {
	t.Helper()
	program, err := exec.LookPath("slapd")
	if err != nil {
		if program, err = exec.LookPath("/usr/sbin/slapd"); err != nil {
			t.Skip("no slapd: .ci/setup installs it")
		}
	}
	s := &Slapd{t: t, dir: t.TempDir(), program: program}
	s.certificate()
	s.write("slapd.conf", fmt.Sprintf(`include /etc/ldap/schema/core.schema
include /etc/ldap/schema/cosine.schema
include /etc/ldap/schema/inetorgperson.schema
pidfile %[1]s/pid
modulepath /usr/lib/ldap
moduleload back_mdb
allow bind_anon_cred bind_anon_dn
TLSCertificateFile %[1]s/cert.pem
TLSCertificateKeyFile %[1]s/key.pem
sizelimit size.soft=100 size.hard=100 size.prtotal=unlimited
database mdb
maxsize 1073741824
suffix "%[2]s"
rootdn "cn=admin,%[2]s"
directory %[1]s/db
access to attrs=userPassword by anonymous auth by * none
access to * by dn.exact="%[3]s" read by * none
`, s.dir, SlapdBase, SlapdBind))
	s.Plain, s.Secure = "ldap://"+s.port(), "ldaps://"+s.port()
	t.Cleanup(s.Stop)
	s.Replace(ldif)
	return s
}

// Replace puts what an LDIF says in the place of all that is there, and starts
// the server where it was stopped.
func (s *Slapd) Replace(ldif string) {
	s.t.Helper()
	s.Stop()
	if err := errors.Join(os.RemoveAll(filepath.Join(s.dir, "db")), os.Mkdir(filepath.Join(s.dir, "db"), 0o700)); err != nil {
		s.t.Fatal(err)
	}
	s.write("data.ldif", fmt.Sprintf("dn: %s\nobjectClass: dcObject\nobjectClass: organization\ndc: city\no: City\n\ndn: %s\nobjectClass: organizationalRole\nobjectClass: simpleSecurityObject\ncn: reader\nuserPassword: %s\n\n%s", SlapdBase, SlapdBind, SlapdSecret, ldif))
	if out, err := exec.Command(filepath.Join(filepath.Dir(s.program), "slapadd"), "-q", "-f", filepath.Join(s.dir, "slapd.conf"), "-l", filepath.Join(s.dir, "data.ldif")).CombinedOutput(); err != nil {
		s.t.Fatalf("slapadd: %v\n%s", err, out)
	}
	s.running = exec.Command(s.program, "-d", "0", "-f", filepath.Join(s.dir, "slapd.conf"), "-h", s.Plain+" "+s.Secure)
	s.running.Stderr = s.t.Output()
	if err := s.running.Start(); err != nil {
		s.t.Fatal(err)
	}
	for range 200 {
		if c, err := net.Dial("tcp", strings.TrimPrefix(s.Secure, "ldaps://")); err == nil {
			c.Close()
			return
		}
		time.Sleep(50 * time.Millisecond)
	}
	s.t.Fatal("slapd does not answer")
}

// Stop ends the server.
func (s *Slapd) Stop() {
	if s.running != nil {
		s.running.Process.Kill()
		s.running.Wait()
		s.running = nil
	}
}

func (s *Slapd) write(name, text string) {
	s.t.Helper()
	if err := os.WriteFile(filepath.Join(s.dir, name), []byte(text), 0o600); err != nil {
		s.t.Fatal(err)
	}
}

// port is a free one of loopback.
func (s *Slapd) port() string {
	s.t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		s.t.Fatal(err)
	}
	defer l.Close()
	return l.Addr().String()
}

// certificate makes one that vouches for itself.
func (s *Slapd) certificate() {
	s.t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		s.t.Fatal(err)
	}
	c := &x509.Certificate{SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "slapd"}, NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
		DNSNames: []string{"localhost"}, IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}, IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign | x509.KeyUsageDigitalSignature}
	der, err := x509.CreateCertificate(rand.Reader, c, c, &key.PublicKey, key)
	if err != nil {
		s.t.Fatal(err)
	}
	private, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		s.t.Fatal(err)
	}
	s.write("cert.pem", string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der})))
	s.write("key.pem", string(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: private})))
	s.Authority = filepath.Join(s.dir, "cert.pem")
}
