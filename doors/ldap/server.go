package ldap

import (
	"context"
	"crypto/tls"
	"log/slog"
	"net"
	"net/netip"

	"chancery/kit/listen"
)

// Server is the LDAP door. Connections that are open when it ends are closed:
// the door changes nothing that could be cut in half.
type Server struct {
	*listen.Server
	conf  Config
	needs Needs
	log   *slog.Logger
}

// New makes a server.
func New(conf Config, needs Needs, log *slog.Logger) *Server {
	s := &Server{conf: conf.withDefaults(), needs: needs, log: log}
	s.Server = listen.New("ldap", s.conf.MaxConnections, s.conf.MaxPerPeer, s.serve, log)
	return s
}

// serve serves one connection. With implicitTLS the client starts with TLS
// (port 636).
func (s *Server) serve(ctx context.Context, conn net.Conn, implicitTLS bool) {
	x := &session{server: s, conn: conn, peer: conn.RemoteAddr().String() + " " + conn.LocalAddr().String()}
	if implicitTLS {
		x.conn, x.private = tls.Server(conn, s.conf.TLS), true
	} else if peer, err := netip.ParseAddrPort(conn.RemoteAddr().String()); err == nil && s.conf.PlainOnLoopback {
		x.private = peer.Addr().Unmap().IsLoopback()
	}
	x.serve(ctx)
}
