package feed

import (
	"sync"
	"time"

	"chancery/kit/clock"
)

// maxPaced bounds how many keys are counted at a time.
const maxPaced = 10_000

// pace counts what somebody did within a minute.
type pace struct {
	clock clock.Clock
	mu    sync.Mutex
	began time.Time
	count map[string]int
}

func newPace(c clock.Clock) *pace { return &pace{clock: c, count: map[string]int{}} }

// over says whether a key is at its limit within this minute.
func (p *pace) over(key string, limit int) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.turn()
	return p.count[key] >= limit
}

// add counts one more.
func (p *pace) add(key string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.turn()
	if len(p.count) < maxPaced {
		p.count[key]++
	}
}

// turn begins to count anew with every minute.
func (p *pace) turn() {
	if now := p.clock.Now(); now.Sub(p.began) >= time.Minute || now.Before(p.began) {
		p.began = now
		clear(p.count)
	}
}
