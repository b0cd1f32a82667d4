package sso

import (
	"crypto/sha256"
	"strconv"
	"strings"
	"sync"
	"time"

	"chancery/kit/id"
)

// NewSecret makes a code or token. It names the organisation, under which its
// hash is kept; only the holder knows it.
func NewSecret(org int64) (text string, hash []byte) {
	text = strconv.FormatInt(org, 36) + "." + id.Token(32)
	return text, HashOf(text)
}

// HashOf is how a secret is kept.
func HashOf(text string) []byte {
	sum := sha256.Sum256([]byte(text))
	return sum[:]
}

// OrgOf reads the organisation that a code, token or id names.
func OrgOf(text string) (org int64, ok bool) {
	head, rest, found := strings.Cut(text, ".")
	org, err := strconv.ParseInt(head, 36, 64)
	return org, found && err == nil && org > 0 && rest != "" && len(text) <= 120
}

// Hourly keeps when what is over was last removed, by organisation, in this
// process: looking for it takes longer than a sign-on should.
type Hourly struct {
	mu   sync.Mutex
	last map[int64]time.Time
}

// Due says whether it is time to remove what is over.
func (h *Hourly) Due(org int64, now time.Time) bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	if last, ok := h.last[org]; ok && now.Sub(last) < time.Hour {
		return false
	}
	if h.last == nil {
		h.last = map[int64]time.Time{}
	}
	h.last[org] = now
	return true
}
