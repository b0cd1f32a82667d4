package main

import (
	"context"

	"chancery/house"
)

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
	return run(ctx, h, func(*house.Doors) error { return nil })
}

// run opens the doors of a house and serves until ctx ends. ready is called
// once every door answers.
func run(ctx context.Context, h *house.House, ready func(*house.Doors) error) error {
	doors, err := h.OpenDoors()
	if err != nil {
		return err
	}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	done := make(chan error, 1)
	go func() { done <- doors.Run(ctx) }()
	if err := ready(doors); err != nil {
		cancel()
		<-done
		return err
	}
	return <-done
}
