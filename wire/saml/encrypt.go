package saml

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha1"
	"encoding/base64"
	"slices"
	"strings"

	"github.com/beevik/etree"

	"chancery/kit/errs"
)

const (
	nsEncryption = "http://www.w3.org/2001/04/xmlenc#"

	typeElement = nsEncryption + "Element"
	rsaOAEP     = nsEncryption + "rsa-oaep-mgf1p" // the digest is SHA-1 where none is named; OAEP does not lean on its collisions
	sha1Digest  = nsSignature + "sha1"
)

// blocks are the ciphers for an assertion, the one that is taken where a
// service names none first: what every service can read (SAML Conformance
// section 4, XML Encryption 1.1 section 5.2).
var blocks = []struct {
	name string
	key  int
	gcm  bool
}{
	{nsEncryption + "aes256-cbc", 32, false},
	{nsEncryption + "aes128-cbc", 16, false},
	{"http://www.w3.org/2009/xmlenc11#aes256-gcm", 32, true},
	{"http://www.w3.org/2009/xmlenc11#aes128-gcm", 16, true},
}

// Encryption is how a service wants its assertions encrypted.
type Encryption struct {
	Certificate Certificate `json:"certificate"`
	Method      string      `json:"method"` // of the assertion; its key goes by RSA-OAEP
}

var errEncrypted = errs.E(errs.Forbidden, "The assertion cannot be decrypted.")

// readEncryption reads how the owner of a description wants to be written to;
// it stays as it is when no key is named for that.
func (s *Service) readEncryption(owner *etree.Element) error {
	for _, d := range children(owner, nsMetadata, "KeyDescriptor") {
		if use := attr(d, "use"); use != "" && use != "encryption" {
			continue // without a use a key is for both (Metadata section 2.4.1.1)
		}
		certs, err := readCertificates(d)
		if err != nil {
			return err
		}
		if len(certs) == 0 {
			continue
		}
		s.Encryption = &Encryption{Certificate: certs[0]}
		s.Encryption.Method, err = readMethod(d)
		return err
	}
	return nil
}

// readMethod takes the first cipher that a service names and we know.
func readMethod(d *etree.Element) (string, error) {
	var transports, ciphers []string
	for _, m := range children(d, nsMetadata, "EncryptionMethod") {
		if name := attr(m, "Algorithm"); strings.Contains(name, "#rsa-") {
			transports = append(transports, name)
		} else {
			ciphers = append(ciphers, name)
		}
	}
	if len(transports) > 0 && !slices.Contains(transports, rsaOAEP) {
		return "", errs.E(errs.Unsupported, "The service does not take keys by RSA-OAEP (rsa-oaep-mgf1p), as others are not sent.")
	}
	if len(ciphers) == 0 {
		return blocks[0].name, nil
	}
	for _, name := range ciphers {
		for _, b := range blocks {
			if b.name == name {
				return name, nil
			}
		}
	}
	return "", errs.E(errs.Unsupported, "The service takes none of AES-128 and AES-256 with CBC or GCM for encryption.")
}

// encrypt makes an EncryptedAssertion of an assertion (Core section 2.3.4).
func (e Encryption) encrypt(assertion []byte, service string) (*etree.Element, error) {
	to, ok := e.Certificate.PublicKey.(*rsa.PublicKey)
	if !ok {
		return nil, errs.E(errs.Internal, "the service's certificate has no RSA key")
	}
	data, key, err := seal(e.Method, assertion)
	if err != nil {
		return nil, err
	}
	wrapped, err := rsa.EncryptOAEP(sha1.New(), rand.Reader, to, key, nil)
	if err != nil {
		return nil, err
	}
	out := element("saml:EncryptedAssertion", "xmlns:saml", nsAssertion)
	body := add(out, "xenc:EncryptedData", "", "xmlns:xenc", nsEncryption, "Type", typeElement)
	add(body, "xenc:EncryptionMethod", "", "Algorithm", e.Method)
	sent := add(add(body, "ds:KeyInfo", "", "xmlns:ds", nsSignature), "xenc:EncryptedKey", "", "Recipient", service)
	add(add(sent, "xenc:EncryptionMethod", "", "Algorithm", rsaOAEP), "ds:DigestMethod", "", "Algorithm", sha1Digest)
	for at, octets := range map[*etree.Element][]byte{sent: wrapped, body: data} {
		add(add(at, "xenc:CipherData", ""), "xenc:CipherValue", base64.StdEncoding.EncodeToString(octets))
	}
	return out, nil
}

// seal encrypts under a fresh key. What comes before the text is the
// initialisation vector (XML Encryption sections 5.2.2 and 5.2.4).
func seal(method string, plain []byte) (data, key []byte, err error) {
	block, gcm, key, err := cipherOf(method, nil)
	if err != nil {
		return nil, nil, err
	}
	if gcm {
		aead, err := cipher.NewGCM(block)
		if err != nil {
			return nil, nil, err
		}
		iv := random(aead.NonceSize())
		return aead.Seal(iv, iv, plain, nil), key, nil
	}
	// The last octet says how many were added.
	pad := aes.BlockSize - len(plain)%aes.BlockSize
	plain = append(slices.Clone(plain), make([]byte, pad)...)
	plain[len(plain)-1] = byte(pad)
	data = append(random(aes.BlockSize), make([]byte, len(plain))...)
	cipher.NewCBCEncrypter(block, data[:aes.BlockSize]).CryptBlocks(data[aes.BlockSize:], plain)
	return data, key, nil
}

func random(n int) []byte {
	b := make([]byte, n)
	rand.Read(b)
	return b
}

// cipherOf returns the cipher of a method with a key, or with a fresh one.
func cipherOf(method string, key []byte) (block cipher.Block, gcm bool, used []byte, err error) {
	for _, b := range blocks {
		if b.name != method {
			continue
		}
		if key == nil {
			key = random(b.key)
		}
		if len(key) != b.key {
			return nil, false, nil, errEncrypted
		}
		block, err = aes.NewCipher(key)
		return block, b.gcm, key, err
	}
	return nil, false, nil, errs.E(errs.Unsupported, "The encryption of the assertion is not known.")
}

// decrypt returns the assertion in an EncryptedAssertion as a document of its
// own. All that is wrong is one error, so that nobody learns from the
// difference. CBC does not tell what was altered: whoever calls must know that
// the whole was signed (sealed), else only GCM is read.
func decrypt(e *etree.Element, keys []Key, sealed bool, l Limits) (*etree.Element, error) {
	body, ok := child(e, nsEncryption, "EncryptedData")
	if !ok {
		return nil, errEncrypted
	}
	method, ok := child(body, nsEncryption, "EncryptionMethod")
	sent, found := encryptedKey(e, body)
	if !ok || !found {
		return nil, errEncrypted
	}
	by, ok := child(sent, nsEncryption, "EncryptionMethod")
	if !ok || attr(by, "Algorithm") != rsaOAEP {
		return nil, errEncrypted
	}
	if digest, ok := child(by, nsSignature, "DigestMethod"); ok && attr(digest, "Algorithm") != sha1Digest {
		return nil, errEncrypted
	}
	wrapped, data := cipherValue(sent), cipherValue(body)
	for _, k := range keys {
		key, err := rsa.DecryptOAEP(sha1.New(), nil, k.Private, wrapped, nil)
		if err != nil {
			continue
		}
		plain, err := open(attr(method, "Algorithm"), key, data, sealed)
		if err != nil {
			return nil, err
		}
		root, err := read(plain, l)
		if err != nil || !is(root, nsAssertion, "Assertion") {
			return nil, errEncrypted
		}
		return root, nil
	}
	return nil, errEncrypted
}

// encryptedKey is the one key of the text: within it, or beside it (Core
// section 6.2; services do both).
func encryptedKey(e, body *etree.Element) (*etree.Element, bool) {
	if info, ok := child(body, nsSignature, "KeyInfo"); ok {
		if sent, ok := child(info, nsEncryption, "EncryptedKey"); ok {
			return sent, true
		}
	}
	return child(e, nsEncryption, "EncryptedKey")
}

func cipherValue(e *etree.Element) []byte {
	data, ok := child(e, nsEncryption, "CipherData")
	if !ok {
		return nil
	}
	octets, err := base64.StdEncoding.DecodeString(strings.Join(strings.Fields(childText(data, nsEncryption, "CipherValue")), ""))
	if err != nil {
		return nil
	}
	return octets
}

// open is the reverse of seal.
func open(method string, key, data []byte, sealed bool) ([]byte, error) {
	block, gcm, _, err := cipherOf(method, key)
	if err != nil {
		return nil, err
	}
	if gcm {
		aead, err := cipher.NewGCM(block)
		if err != nil || len(data) < aead.NonceSize() {
			return nil, errEncrypted
		}
		plain, err := aead.Open(nil, data[:aead.NonceSize()], data[aead.NonceSize():], nil)
		if err != nil {
			return nil, errEncrypted
		}
		return plain, nil
	}
	if !sealed || len(data) < 2*aes.BlockSize || len(data)%aes.BlockSize != 0 {
		return nil, errEncrypted
	}
	plain := make([]byte, len(data)-aes.BlockSize)
	cipher.NewCBCDecrypter(block, data[:aes.BlockSize]).CryptBlocks(plain, data[aes.BlockSize:])
	pad := int(plain[len(plain)-1])
	if pad < 1 || pad > aes.BlockSize {
		return nil, errEncrypted
	}
	return plain[:len(plain)-pad], nil
}
