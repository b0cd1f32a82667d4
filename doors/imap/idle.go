package imap

import (
	"errors"
	"strings"

	wire "chancery/wire/imap"
)

// idle is IDLE (RFC 9051 section 6.3.13). While the client waits the session
// holds no buffers; the watch only wakes the goroutine that waits for DONE.
func (s *session) idle(tag string) {
	s.sync()
	if s.sel != nil {
		watch := s.sel.account.Watch()
		stop := make(chan struct{})
		go func() {
			for {
				select {
				case <-watch.C:
					s.wake.wake()
				case <-stop:
					return
				}
			}
		}()
		defer func() {
			watch.Close()
			close(stop)
		}()
		s.sync() // what came between the sync above and the watch
	}
	s.out.line("+ idling")
	line, err := s.waitForDone()
	var syntax *wire.SyntaxError
	switch {
	case errors.As(err, &syntax):
		s.bad(tag, "", syntax.Text)
	case err != nil:
		s.broken = err
	case !strings.EqualFold(line, "DONE"):
		s.bad(tag, "", "IDLE is ended by a line DONE.")
	default:
		s.done(tag, "No longer idle.")
	}
}

// waitForDone waits for the next line and tells what happens meanwhile.
func (s *session) waitForDone() (string, error) {
	if err := s.flush(); err != nil {
		return "", err
	}
	s.wake.await(s.server.conf.IdleTimeout, func() error {
		if !s.stands() {
			return s.broken
		}
		s.sync()
		return s.flush()
	})
	defer s.wake.await(s.server.conf.IdleTimeout, nil)
	if err := s.r.Wait(); err != nil {
		return "", err
	}
	return s.r.ReadLine()
}
