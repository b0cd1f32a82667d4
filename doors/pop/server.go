package pop

import (
	"context"
	"crypto/tls"
	"log/slog"
	"net"
	"net/netip"

	"chancery/kit/listen"
	"chancery/mail"
)

// Server is the POP3 door. Connections that are open when it ends are closed:
// what was to go at QUIT stays then, as RFC 1939 section 6 wants it.
type Server struct {
	*listen.Server
	conf  Config
	room  *mail.Room
	needs Needs
	log   *slog.Logger
}

// New makes a server for the mail room.
func New(conf Config, room *mail.Room, needs Needs, log *slog.Logger) *Server {
	s := &Server{conf: conf.withDefaults(), room: room, needs: needs, log: log}
	s.Server = listen.New("pop", s.conf.MaxConnections, s.conf.MaxPerPeer, s.serve, log)
	return s
}

// serve serves one connection. With implicitTLS the client starts with TLS
// (port 995, RFC 8314 section 3.3).
func (s *Server) serve(ctx context.Context, conn net.Conn, implicitTLS bool) {
	x := &session{server: s, conn: conn, peer: conn.RemoteAddr().String() + " " + conn.LocalAddr().String(), ctx: ctx}
	if peer, err := netip.ParseAddrPort(conn.RemoteAddr().String()); err == nil {
		x.loopback = peer.Addr().Unmap().IsLoopback()
	}
	if implicitTLS {
		x.conn, x.tls = tls.Server(conn, s.conf.TLS), true
	}
	x.serve()
}
