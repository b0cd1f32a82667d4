package store

import (
	"context"
	"crypto/aes"
	"crypto/cipher"
	"crypto/hkdf"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"chancery/kit/errs"
)

// Scope says under whose key a blob lies: organisation and secrecy level.
// Blobs are deduplicated inside a scope only.
type Scope struct {
	Org   int64
	Level int16
}

// keyring holds the keys in the clear, in memory only. On disk everything is
// wrapped: keys.json holds the database key under the master key, the table
// data_key holds the blob keys under the master key.
type keyring struct {
	master   [32]byte
	next     *[32]byte // the new master key of a rotation that was cut short
	database [32]byte
	mu       sync.RWMutex
	data     map[Scope]map[uint32][32]byte // by version
	newest   map[Scope]uint32
}

// keyFile is keys.json.
type keyFile struct {
	Note     string `json:"note"`
	Database string `json:"database"` // hex of nonce and AES-256-GCM ciphertext
}

const (
	masterKeyName = "master.key"
	keyFileName   = "keys.json"
)

// openKeyring reads the keys of a data directory, or makes them for a new one.
func openKeyring(dir string, master []byte) (*keyring, error) {
	k := &keyring{data: map[Scope]map[uint32][32]byte{}, newest: map[Scope]uint32{}}
	if err := k.readMaster(dir, master); err != nil {
		return nil, err
	}
	path := filepath.Join(dir, keyFileName)
	text, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		rand.Read(k.database[:])
		return k, k.writeKeyFile(dir)
	}
	if err != nil {
		return nil, errs.Wrap(errs.Unavailable, err, "cannot read %s", path)
	}
	var f keyFile
	if err := json.Unmarshal(text, &f); err != nil {
		return nil, errs.Wrap(errs.Invalid, err, "%s is damaged; restore it from a backup", path)
	}
	wrapped, err := hex.DecodeString(f.Database)
	if err != nil {
		return nil, errs.Wrap(errs.Invalid, err, "%s is damaged; restore it from a backup", path)
	}
	plain, err := k.unwrap("database", wrapped)
	if err != nil {
		return nil, errs.Wrap(errs.Invalid, err, "the master key does not fit %s: it is another installation's, or was rotated", path)
	}
	k.database = plain
	return k, nil
}

// readMaster takes the given master key, or that of the data directory, which
// is made for a new installation.
func (k *keyring) readMaster(dir string, given []byte) error {
	if given != nil {
		if len(given) != len(k.master) {
			return errs.E(errs.Invalid, "the master key must be 32 bytes (64 hex digits)")
		}
		copy(k.master[:], given)
		return nil
	}
	path := filepath.Join(dir, masterKeyName)
	text, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		rand.Read(k.master[:])
		return writeFileSynced(path, []byte(hex.EncodeToString(k.master[:])+"\n"))
	}
	if err != nil {
		return errs.Wrap(errs.Unavailable, err, "cannot read the master key %s", path)
	}
	key, err := ParseMasterKey(string(text))
	if err != nil {
		return err
	}
	copy(k.master[:], key)
	return k.readNext(dir)
}

// readNext finds the key of a rotation that was cut short; see RotateMaster.
func (k *keyring) readNext(dir string) error {
	text, err := os.ReadFile(filepath.Join(dir, masterKeyName+".next"))
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return errs.Wrap(errs.Unavailable, err, "cannot read the new master key")
	}
	key, err := ParseMasterKey(string(text))
	if err == nil {
		k.next = new([32]byte)
		copy(k.next[:], key)
	}
	return err
}

// unwrap opens what was wrapped under the master key, or under the new one of
// a rotation that was cut short.
func (k *keyring) unwrap(purpose string, wrapped []byte) ([32]byte, error) {
	key, err := unwrap(k.master, purpose, wrapped)
	if err != nil && k.next != nil {
		return unwrap(*k.next, purpose, wrapped)
	}
	return key, err
}

// ParseMasterKey reads a master key written as 64 hex digits.
func ParseMasterKey(text string) ([]byte, error) {
	key, err := hex.DecodeString(strings.TrimSpace(text))
	if err != nil || len(key) != 32 {
		return nil, errs.E(errs.Invalid, "the master key must be 64 hex digits")
	}
	return key, nil
}

func (k *keyring) writeKeyFile(dir string) error {
	f := keyFile{
		Note:     "The database key, encrypted under the master key. Keep a copy beside every backup of the database.",
		Database: hex.EncodeToString(wrap(k.master, "database", k.database)),
	}
	text, err := json.MarshalIndent(f, "", "  ")
	if err != nil {
		return err
	}
	return writeFileSynced(filepath.Join(dir, keyFileName), append(text, '\n'))
}

// loadDataKeys reads the blob keys into memory.
func (s *Store) loadDataKeys(ctx context.Context) error {
	return s.Read(ctx, func(tx *Tx) error {
		return tx.Query(ctx, "SELECT org_id, level, version, wrapped FROM data_key", nil, func(scan func(...any) error) error {
			var scope Scope
			var version uint32
			var wrapped []byte
			if err := scan(&scope.Org, &scope.Level, &version, &wrapped); err != nil {
				return err
			}
			key, err := s.keys.unwrap("data", wrapped)
			if err != nil {
				return errs.Wrap(errs.Invalid, err, "the master key does not fit the blob keys of this database")
			}
			s.keys.add(scope, version, key)
			return nil
		})
	})
}

func (k *keyring) add(scope Scope, version uint32, key [32]byte) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.data[scope] == nil {
		k.data[scope] = map[uint32][32]byte{}
	}
	k.data[scope][version] = key
	k.newest[scope] = max(k.newest[scope], version)
}

// sealKey returns the key for new blobs of a scope, made on first use.
func (s *Store) sealKey(ctx context.Context, scope Scope) (version uint32, key [32]byte, err error) {
	s.keys.mu.RLock()
	version = s.keys.newest[scope]
	key = s.keys.data[scope][version]
	s.keys.mu.RUnlock()
	if version != 0 {
		return version, key, nil
	}
	return s.newDataKey(ctx, scope)
}

// newDataKey makes the next key version of a scope durable before it is used.
func (s *Store) newDataKey(ctx context.Context, scope Scope) (version uint32, key [32]byte, err error) {
	rand.Read(key[:])
	err = s.Write(ctx, func(tx *Tx) error {
		var last uint32
		if err := tx.Row(ctx, "SELECT coalesce(max(version), 0) FROM data_key WHERE org_id = $1 AND level = $2", []any{scope.Org, scope.Level}, &last); err != nil {
			return err
		}
		version = last + 1
		_, err := tx.Exec(ctx, "INSERT INTO data_key (org_id, level, version, wrapped, created_at) VALUES ($1, $2, $3, $4, $5)",
			scope.Org, scope.Level, version, wrap(s.keys.master, "data", key), time.Now().UnixMilli())
		return err
	})
	if err == nil {
		s.keys.add(scope, version, key)
	}
	return version, key, err
}

// openKey returns the key of a version; another process may have made it
// since this one started, so a miss looks into the database once more.
func (s *Store) openKey(ctx context.Context, scope Scope, version uint32) ([32]byte, error) {
	for range 2 {
		s.keys.mu.RLock()
		key, ok := s.keys.data[scope][version]
		s.keys.mu.RUnlock()
		if ok {
			return key, nil
		}
		if err := s.loadDataKeys(ctx); err != nil {
			return [32]byte{}, err
		}
	}
	return [32]byte{}, errs.E(errs.Internal, "blob key version %d of organisation %d, level %d is missing", version, scope.Org, scope.Level)
}

// wrap encrypts a key under another, bound to its purpose.
func wrap(kek [32]byte, purpose string, key [32]byte) []byte {
	aead := newAEAD(kek)
	nonce := make([]byte, aead.NonceSize())
	rand.Read(nonce)
	return aead.Seal(nonce, nonce, key[:], []byte(purpose))
}

func unwrap(kek [32]byte, purpose string, wrapped []byte) (key [32]byte, err error) {
	aead := newAEAD(kek)
	if len(wrapped) < aead.NonceSize() {
		return key, errs.E(errs.Invalid, "wrapped key is too short")
	}
	plain, err := aead.Open(nil, wrapped[:aead.NonceSize()], wrapped[aead.NonceSize():], []byte(purpose))
	if err != nil {
		return key, err
	}
	copy(key[:], plain)
	return key, nil
}

func newAEAD(key [32]byte) cipher.AEAD {
	block, err := aes.NewCipher(key[:])
	if err != nil {
		panic(err) // cannot be: the key has 32 bytes
	}
	aead, err := cipher.NewGCM(block)
	if err != nil {
		panic(err) // cannot be: AES has the block size GCM wants
	}
	return aead
}

// deriveKey makes the key of one blob record from the data key and the
// record's salt, so that no two records share a key and nonce.
func deriveKey(data [32]byte, salt []byte) []byte {
	key, err := hkdf.Key(sha256.New, data[:], salt, "chancery blob", 32)
	if err != nil {
		panic(err) // cannot be: 32 bytes are within HKDF's limit
	}
	return key
}

// writeFileSynced replaces a small file so that a crash leaves the old or the
// new one, readable by the owner only.
func writeFileSynced(path string, text []byte) error {
	tmp := path + ".new"
	f, err := os.OpenFile(tmp, os.O_CREATE|os.O_WRONLY|os.O_TRUNC, 0o600)
	if err != nil {
		return errs.Wrap(errs.Unavailable, err, "cannot write %s", path)
	}
	_, err = f.Write(text)
	err = errors.Join(err, f.Sync(), f.Close())
	if err == nil {
		err = os.Rename(tmp, path)
	}
	if err == nil {
		err = syncDir(filepath.Dir(path))
	}
	return errs.Wrap(errs.Unavailable, err, "cannot write %s", path)
}
