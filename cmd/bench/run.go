package main

import (
	"slices"
	"sync"
	"time"
)

// result is what one measurement brought.
type result struct {
	ops   int
	took  time.Duration
	cpu   time.Duration // of the server
	times []time.Duration
}

func (r result) perSecond() float64 { return float64(r.ops) / r.took.Seconds() }

func (r result) cpuEach() time.Duration { return r.cpu / time.Duration(max(r.ops, 1)) }

// quantile returns how long an operation took for the client.
func (r result) quantile(q float64) time.Duration {
	if len(r.times) == 0 {
		return 0
	}
	slices.Sort(r.times)
	return r.times[min(int(q*float64(len(r.times))), len(r.times)-1)]
}

// worker is one connection of a measurement: do runs one operation.
type worker struct {
	do    func(i int) error
	close func() error
}

// measure runs workers side by side until the time is over, or until each has
// done most operations when most is not zero.
func (b *bench) measure(workers, most int, open func(n int) (worker, error)) (r result, err error) {
	list := make([]worker, workers)
	for n := range list {
		if list[n], err = open(n); err != nil {
			return r, err
		}
		defer list[n].close()
	}
	before, err := b.server.Usage()
	if err != nil {
		return r, err
	}
	var mu sync.Mutex
	var wg sync.WaitGroup
	begun := time.Now()
	for _, w := range list {
		wg.Go(func() {
			times, fault := repeat(w, most, begun.Add(b.time))
			mu.Lock()
			defer mu.Unlock()
			r.times = append(r.times, times...)
			if fault != nil {
				err = fault
			}
		})
	}
	wg.Wait()
	r.took, r.ops = time.Since(begun), len(r.times)
	after, fault := b.server.Usage()
	if err == nil {
		err = fault
	}
	r.cpu = after.CPU - before.CPU
	return r, err
}

func repeat(w worker, most int, until time.Time) (times []time.Duration, err error) {
	for i := 0; most == 0 || i < most; i++ {
		begun := time.Now()
		if begun.After(until) {
			break
		}
		if err := w.do(i); err != nil {
			return times, err
		}
		times = append(times, time.Since(begun))
	}
	return times, nil
}
