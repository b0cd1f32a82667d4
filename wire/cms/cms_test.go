package cms

import (
	"encoding/base64"
	"encoding/pem"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"chancery/kit/errs"
)

const text = "sign in to https://mail.city.example, number 7"

// bench is a folder in which openssl signs.
type bench struct {
	t   *testing.T
	dir string
}

func newBench(t *testing.T) *bench {
	t.Helper()
	if _, err := exec.LookPath("openssl"); err != nil {
		t.Skip("openssl is not installed (make setup)")
	}
	b := &bench{t, t.TempDir()}
	b.write("text", text)
	for name, kind := range map[string][]string{"rsa": {"rsa:2048"}, "ec": {"ec", "-pkeyopt", "ec_paramgen_curve:P-256"}, "other": {"ec", "-pkeyopt", "ec_paramgen_curve:P-384"}} {
		b.run(append([]string{"req", "-x509", "-nodes", "-days", "9", "-subj", "/CN=" + name, "-keyout", name + ".key", "-out", name + ".pem", "-newkey"}, kind...)...)
	}
	return b
}

func (b *bench) write(name, content string) {
	b.t.Helper()
	if err := os.WriteFile(filepath.Join(b.dir, name), []byte(content), 0o600); err != nil {
		b.t.Fatal(err)
	}
}

func (b *bench) run(args ...string) {
	b.t.Helper()
	cmd := exec.CommandContext(b.t.Context(), "openssl", args...)
	cmd.Dir = b.dir
	if out, err := cmd.CombinedOutput(); err != nil {
		b.t.Fatalf("openssl %s: %v\n%s", strings.Join(args, " "), err, out)
	}
}

// sign returns what openssl makes of the text with these words.
func (b *bench) sign(words string) []byte {
	b.t.Helper()
	b.run(append([]string{"cms", "-sign", "-in", "text", "-out", "out", "-outform", "DER"}, strings.Fields(words)...)...)
	out, err := os.ReadFile(filepath.Join(b.dir, "out"))
	if err != nil {
		b.t.Fatal(err)
	}
	return out
}

const byEC, byRSA = "-binary -signer ec.pem -inkey ec.key ", "-binary -signer rsa.pem -inkey rsa.key "

// TestForms reads all that openssl writes of a signature that is good, and
// refuses what is not over the text, by one signer, by a digest that is taken.
func TestForms(t *testing.T) {
	b := newBench(t)
	for name, c := range map[string]struct {
		words string
		says  string // "" where it is good
	}{
		"ECDSA, detached":             {byEC, ""},
		"ECDSA, with the text":        {byEC + "-nodetach", ""},
		"RSA":                         {byRSA, ""},
		"RSA, SHA-512":                {byRSA + "-md sha512", ""},
		"RSA-PSS":                     {byRSA + "-keyopt rsa_padding_mode:pss -keyopt rsa_pss_saltlen:digest", ""},
		"RSA-PSS, SHA-384":            {byRSA + "-md sha384 -keyopt rsa_padding_mode:pss -keyopt rsa_pss_saltlen:digest", ""},
		"as text":                     {"-signer ec.pem -inkey ec.key", ""},
		"BER":                         {byEC + "-nodetach -stream", ""},
		"by the identifier of a key":  {byEC + "-keyid", ""},
		"more certificates":           {byEC + "-certfile rsa.pem", ""},
		"RSA-PSS, a salt of any size": {byRSA + "-keyopt rsa_padding_mode:pss -keyopt rsa_pss_saltlen:20", "parameters of RSA-PSS"},
		"SHA-1":                       {byRSA + "-md sha1", "digest that is not taken"},
		"MD5":                         {byRSA + "-md md5", "digest that is not taken"},
		"RSA-PSS with SHA-1 in it":    {byRSA + "-md sha256 -keyopt rsa_padding_mode:pss -keyopt rsa_pss_saltlen:digest -keyopt rsa_mgf1_md:sha1", "parameters of RSA-PSS"},
		"no signed attributes":        {byEC + "-noattr", "signed attributes"},
		"two signers":                 {byEC + "-signer rsa.pem -inkey rsa.key", "more than one"},
		"no certificate":              {byEC + "-nocerts", "does not come with"},
		"another kind of content":     {byEC + "-econtent_type 1.2.3.4", "its content"},
	} {
		s, err := Parse(b.sign(c.words))
		var said string
		if err == nil {
			chain, wrong := s.Verify([]byte(text))
			if err = wrong; err == nil && (len(chain) == 0 || !strings.Contains(c.words, chain[0].Subject.CommonName+".pem")) {
				t.Errorf("%s: by %v", name, chain)
			}
		}
		if err != nil {
			said = errs.Text(err)
		}
		if (err == nil) != (c.says == "") || !strings.Contains(said, c.says) {
			t.Errorf("%s: %q, want %q", name, said, c.says)
		}
	}
}

// TestSwapped is what may be changed of a good signature: nothing that counts.
func TestSwapped(t *testing.T) {
	b := newBench(t)
	verify := func(der []byte, of string) error {
		s, err := Parse(der)
		if err == nil {
			_, err = s.Verify([]byte(of))
		}
		return err
	}
	detached, attached := b.sign(byEC), b.sign(byEC+"-nodetach")
	if verify(detached, text+" ") == nil || verify(attached, "") == nil || verify(detached, "") == nil {
		t.Error("another text is taken")
	}
	at := strings.Index(string(attached), text)
	changed := []byte(string(attached))
	changed[at] = 'S'
	if verify(changed, "S"+text[1:]) == nil || verify(changed, text) == nil {
		t.Error("a text that was exchanged within is taken")
	}
	// Every single bit of a signature with its certificate left alone.
	s, err := Parse(detached)
	if err != nil {
		t.Fatal(err)
	}
	begin := strings.Index(string(detached), string(s.Certificates[0].Raw))
	end := begin + len(s.Certificates[0].Raw)
	harmless := 0
	for n := range detached {
		if n >= begin && n < end {
			continue
		}
		one := []byte(string(detached))
		one[n] ^= 1
		if verify(one, text) == nil {
			harmless++ // a version, or the list of digests, which nothing is read from
		}
	}
	if harmless > 20 {
		t.Errorf("%d bytes of %d may be changed", harmless, len(detached))
	}
	// The certificate of another in its place: the number does not fit, nor would the key.
	with := b.sign(byEC + "-certfile other.pem")
	s, err = Parse(with)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range s.Certificates {
		if c.Subject.CommonName == "other" {
			s.issuer, s.number = c.RawIssuer, c.SerialNumber.Bytes()
		}
	}
	if _, err := s.Verify([]byte(text)); err == nil {
		t.Error("another's certificate is taken")
	}
}

// TestText reads what people paste.
func TestText(t *testing.T) {
	b := newBench(t)
	der := b.sign(byEC)
	plain := base64.StdEncoding.EncodeToString(der)
	block := func(kind string) string { return string(pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: der})) }
	for name, c := range map[string]struct {
		text string
		good bool
	}{
		"PEM":           {block("CMS"), true},
		"older PEM":     {"\n" + block("PKCS7") + "\n", true},
		"base64":        {plain, true},
		"in lines":      {plain[:64] + "\r\n" + plain[64:], true},
		"another PEM":   {block("CERTIFICATE"), false},
		"two":           {block("CMS") + block("CMS"), false},
		"nothing":       {"", false},
		"huge":          {strings.Repeat("A", 3*MaxSize), false},
		"large":         {base64.StdEncoding.EncodeToString(append(der, make([]byte, MaxSize)...)), false},
		"one byte more": {base64.StdEncoding.EncodeToString(append(der[:len(der):len(der)], 0)), false},
		"deep":          {base64.StdEncoding.EncodeToString([]byte(strings.Repeat("\x30\x80", 9000))), false},
	} {
		if _, err := ParseText(c.text); (err == nil) != c.good {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// FuzzParse holds that nothing ends the program, and that nothing but the text
// that was signed is taken.
func FuzzParse(f *testing.F) {
	for _, name := range []string{"ec.p7s", "rsa-pss.p7s", "ber.p7s"} {
		b, err := os.ReadFile(filepath.Join("testdata", name))
		if err != nil {
			f.Fatal(err)
		}
		f.Add(b)
	}
	f.Add([]byte("\x30\x80\x24\x80\x04\x01a\x00\x00\x00\x00"))
	f.Fuzz(func(t *testing.T, b []byte) {
		s, err := Parse(b)
		if err != nil {
			return
		}
		if chain, err := s.Verify([]byte("another text")); err == nil {
			t.Errorf("%v signed another text", chain[0].Subject)
		}
	})
}
