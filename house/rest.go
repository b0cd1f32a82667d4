package house

import (
	"context"
	"runtime"
	"runtime/debug"
	"time"
)

// When the server has been quiet for restAfter and holds more than restSlack
// that nobody uses, the memory goes back to the machine. The runtime does so
// by itself too, but over many minutes: sign-ins (19 MiB each for a moment)
// and the filling of the demonstration would show all that time.
const (
	restAfter = 10 * time.Second
	restSlack = 16 << 20
	restQuiet = 4 << 20 // allocated within restAfter at most
)

// rest gives unused memory back in quiet times, until ctx ends.
func rest(ctx context.Context) {
	tick := time.NewTicker(restAfter)
	defer tick.Stop()
	var before uint64
	var given uint64 // TotalAlloc when memory was last given back
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
		quiet := m.TotalAlloc-before < restQuiet
		before = m.TotalAlloc
		if quiet && m.TotalAlloc-given > restSlack {
			given = m.TotalAlloc
			debug.FreeOSMemory()
		}
	}
}
