package main

import "context"

// serveCmd is `chancery serve`.
type serveCmd struct {
	place
}

// Run opens the doors until a signal comes.
func (s serveCmd) Run(ctx context.Context) error {
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
