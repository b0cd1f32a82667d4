package house

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"io/fs"
	"os"
	"path/filepath"

	"chancery/kit/errs"
)

// pushKey loads the key that signs web pushes (RFC 8292), or makes one that is
// kept in the data directory: browsers bind their subscriptions to it, so a
// new key would silence them all.
func (c Config) pushKey(dir string) (*ecdsa.PrivateKey, error) {
	file := c.HTTP.PushKey
	if file == "" {
		file = filepath.Join(dir, "push.key")
		if _, err := os.Stat(file); errors.Is(err, fs.ErrNotExist) {
			if err := makePushKey(file); err != nil {
				return nil, errs.Wrap(errs.Unavailable, err, "cannot make a key for web push in %s", dir)
			}
		}
	}
	text, err := os.ReadFile(file)
	if err != nil {
		return nil, errs.Wrap(errs.Unavailable, err, "cannot read the key for web push %s", file)
	}
	block, _ := pem.Decode(text)
	if block == nil {
		return nil, errs.E(errs.Invalid, "The file %s holds no key in PEM.", file)
	}
	parsed, err := x509.ParsePKCS8PrivateKey(block.Bytes)
	if err != nil {
		return nil, errs.Wrap(errs.Invalid, err, "cannot understand the key for web push %s", file)
	}
	key, ok := parsed.(*ecdsa.PrivateKey)
	if !ok || key.Curve != elliptic.P256() {
		return nil, errs.E(errs.Invalid, "The key for web push %s is not one of P-256.", file)
	}
	return key, nil
}

func makePushKey(file string) error {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return err
	}
	der, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		return err
	}
	return writeWhole(file, pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der}))
}
