package feed

import (
	"context"
	"net/http"
	"net/netip"

	"chancery/directory"
)

// Trouble is what keeps the clock from bringing over what a directory says.
type Trouble struct {
	Officer directory.Account // who may see to it
	Feed    string            // name of the feed
	Run     Run               // that waits for a decision; none where Problem is not ""
	Problem string            // why the directory's answer did not come, several times in a row
}

// Notices are the letters of feeds.
type Notices interface {
	// FeedTrouble tells an officer who may carry out the runs of a feed.
	FeedTrouble(ctx context.Context, t Trouble) error
}

// Web is what feeds ask of the HTTP door.
type Web interface {
	// BaseURL is the address under which the client reached this server.
	BaseURL(r *http.Request) string
	// Private says whether nobody between reads the request.
	Private(r *http.Request) bool
	// Peer is where the request comes from.
	Peer(r *http.Request) netip.Addr
}
