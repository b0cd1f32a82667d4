package httpdoor

import (
	"context"
	"crypto/tls"
	"errors"
	"log/slog"
	"net"
	"net/http"
	"time"
)

// ServeCertificates answers on the listener that asks browsers for a client
// certificate, until ctx ends. It serves the handler alone, behind the guard:
// nothing else of the server is reached there. HTTP/1.1 with one request a
// connection, so that a key is proved for each and a card that was pulled out
// opens nothing more.
func (d *Door) ServeCertificates(ctx context.Context, l net.Listener, conf *tls.Config, next http.Handler) error {
	conf = conf.Clone()
	conf.NextProtos = []string{"http/1.1"}
	s := &http.Server{
		Handler:           d.guard(next),
		ReadHeaderTimeout: d.conf.HeaderTimeout,
		ReadTimeout:       d.conf.BodyTimeout,
		WriteTimeout:      2 * d.conf.BodyTimeout,
		MaxHeaderBytes:    d.conf.MaxHeader,
		BaseContext:       func(net.Listener) context.Context { return context.WithoutCancel(ctx) },
		ErrorLog:          slog.NewLogLogger(d.log.Handler(), slog.LevelDebug),
	}
	s.SetKeepAlivesEnabled(false)
	done := make(chan error, 1)
	go func() { done <- s.Serve(tls.NewListener(l, conf)) }()
	select {
	case err := <-done:
		return err
	case <-ctx.Done():
	}
	last, stop := context.WithTimeout(context.WithoutCancel(ctx), 5*time.Second)
	defer stop()
	if err := s.Shutdown(last); err != nil {
		return errors.Join(err, s.Close())
	}
	return nil
}
