package feed

import (
	"net/http"
	"net/netip"
)

// Web is what feeds ask of the HTTP door.
type Web interface {
	// BaseURL is the address under which the client reached this server.
	BaseURL(r *http.Request) string
	// Private says whether nobody between reads the request.
	Private(r *http.Request) bool
	// Peer is where the request comes from.
	Peer(r *http.Request) netip.Addr
}
