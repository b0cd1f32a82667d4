package main

import (
	"context"
	"os"
	"runtime/pprof"
)

// serveCmd is `chancery serve`.
type serveCmd struct {
	place
	CPUProfile string `type:"path" help:"Write a processor profile of the run to this file, for go tool pprof."`
}

// Run opens the doors until a signal comes.
func (s serveCmd) Run(ctx context.Context) error {
	if s.CPUProfile != "" {
		f, err := os.Create(s.CPUProfile)
		if err != nil {
			return err
		}
		defer f.Close()
		if err := pprof.StartCPUProfile(f); err != nil {
			return err
		}
		defer pprof.StopCPUProfile()
	}
	h, err := s.open(ctx)
	if err != nil {
		return err
	}
	defer h.Close()
	doors, err := h.OpenDoors()
	if err != nil {
		return err
	}
	return doors.Run(ctx, func() error { return nil })
}
