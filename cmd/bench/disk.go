package main

import (
	"os"
	"path/filepath"
	"syscall"
	"time"
)

// disk measures the disk by itself, because every durable figure hangs on it:
// 4 KB appends with a sync each, and 16 to a sync.
func (b *bench) disk(dir string) error {
	f, err := os.Create(filepath.Join(dir, "probe"))
	if err != nil {
		return err
	}
	defer os.Remove(f.Name())
	defer f.Close()
	for _, p := range []struct {
		name    string
		records int
	}{{"the disk alone: 4 KB appends, a sync each", 1}, {"the disk alone: 4 KB appends, 16 share a sync", 16}} {
		block := make([]byte, p.records*4096)
		n, begun := 0, time.Now()
		for time.Since(begun) < b.time/2 {
			if _, err := f.Write(block); err != nil {
				return err
			}
			if err := syscall.Fdatasync(int(f.Fd())); err != nil {
				return err
			}
			n += p.records
		}
		b.out.figure(p.name, "", "%.0f /s", float64(n)/time.Since(begun).Seconds())
	}
	return nil
}
