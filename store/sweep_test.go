package store

import (
	"bytes"
	"testing"
	"time"
)

// TestSweep lets most blobs of a segment and a large one go, makes them old,
// and expects the space back and the rest to be readable.
func TestSweep(t *testing.T) {
	eachDepot(t, func(t *testing.T, opt Options) {
		s := openTest(t, opt)
		ctx := t.Context()
		var kept, gone []*Staged
		for i := range 20 {
			b := stage(t, s, random(10_000))
			keep(t, s, 1, b)
			if i == 7 {
				kept = append(kept, b)
			} else {
				gone = append(gone, b)
			}
		}
		large := stage(t, s, random(SmallBlob+1))
		keep(t, s, 1, large)
		gone = append(gone, large)
		err := s.Write(ctx, func(tx *Tx) error {
			for _, b := range gone {
				if err := tx.RefHash(ctx, b.Scope, b.Hash, -1); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		if r, err := s.Sweep(ctx); err != nil || r.Blobs+int64(r.Files) != 0 {
			t.Fatalf("swept what is too young: %+v, %v", r, err)
		}
		s.Close()
		s = openTest(t, opt) // the segment is not appended to any more
		later := time.Now().Add(2 * sweepGrace)
		r, err := s.sweep(ctx, later)
		if err != nil || r.Blobs != 20 || r.Moved != int64(len(kept)) && opt.S3 == nil {
			t.Errorf("%+v, %v", r, err)
		}
		for _, b := range kept {
			if got, err := load(t, s, b.Hash); err != nil || !bytes.Equal(got, b.plain) {
				t.Errorf("a kept blob: %v", err)
			}
		}
		var left int64
		s.depot.list(ctx, func(_ string, size int64) error { left += size; return nil })
		if left > 15_000 {
			t.Errorf("%d bytes are left for one blob of 10,000", left)
		}
	})
}
