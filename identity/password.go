package identity

import (
	"crypto/rand"
	"crypto/subtle"
	"encoding/base64"
	"fmt"
	"strings"

	"chancery/kit/errs"

	"golang.org/x/crypto/argon2"
	"golang.org/x/text/unicode/norm"
)

// Parameters of argon2id, after the OWASP password storage sheet: 19 MiB, two
// passes, one lane. They stand in every hash, so that they can be raised.
const (
	argonTime   = 2
	argonMemory = 19 << 10 // KiB
	argonLanes  = 1
	argonKey    = 32
	argonSalt   = 16
)

// maxPassword bounds what a stranger makes us hash, in bytes.
const maxPassword = 1024

// hashPassword returns a password's hash in PHC form.
func hashPassword(password string) string {
	salt := make([]byte, argonSalt)
	rand.Read(salt)
	key := argon2.IDKey(normal(password), salt, argonTime, argonMemory, argonLanes, argonKey)
	b64 := base64.RawStdEncoding
	return fmt.Sprintf("$argon2id$v=%d$m=%d,t=%d,p=%d$%s$%s", argon2.Version, argonMemory, argonTime, argonLanes, b64.EncodeToString(salt), b64.EncodeToString(key))
}

// matches compares a password with a hash in constant time.
func matches(hash, password string) (bool, error) {
	parts := strings.Split(hash, "$")
	if len(parts) != 6 || parts[1] != "argon2id" {
		return false, errs.E(errs.Internal, "a stored password hash cannot be read")
	}
	var memory, time uint32
	var lanes uint8
	if _, err := fmt.Sscanf(parts[3], "m=%d,t=%d,p=%d", &memory, &time, &lanes); err != nil {
		return false, errs.Wrap(errs.Internal, err, "a stored password hash cannot be read")
	}
	salt, err1 := base64.RawStdEncoding.DecodeString(parts[4])
	want, err2 := base64.RawStdEncoding.DecodeString(parts[5])
	if err1 != nil || err2 != nil || len(want) == 0 {
		return false, errs.E(errs.Internal, "a stored password hash cannot be read")
	}
	have := argon2.IDKey(normal(password), salt, time, memory, lanes, uint32(len(want)))
	return subtle.ConstantTimeCompare(have, want) == 1, nil
}

// normal makes equal what looks equal on two keyboards (RFC 8265 OpaqueString
// without its refusals).
func normal(password string) []byte { return norm.NFC.Bytes([]byte(password)) }
