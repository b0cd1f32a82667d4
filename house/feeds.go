package house

import (
	"net/http"
	"net/netip"

	"chancery/directory/feed"
	httpdoor "chancery/doors/http"
)

// NewFeed is a feed to be made.
type NewFeed = feed.Feed

// FeedLDAP says where an ldap feed asks.
type FeedLDAP = feed.LDAP

// FeedPicture is what a source says at a time.
type FeedPicture = feed.Picture

// FeedRun is what a feed did, or would do.
type FeedRun = feed.Run

// ParseFeedRun reads the name of a run.
func ParseFeedRun(text string) (int64, error) { return feed.ParseRun(text) }

func (c Config) feeds() feed.Config {
	return feed.Config{PerMinute: c.Feeds.PerMinute, Wrong: c.Feeds.Wrong, MaxBody: int64(c.Feeds.MaxBody)}
}

// feedWeb answers what feeds ask of the HTTP door.
type feedWeb struct{ door func() *httpdoor.Door }

func (w feedWeb) BaseURL(r *http.Request) string { return w.door().BaseURL(r) }

func (w feedWeb) Private(r *http.Request) bool { return w.door().Private(r) }

func (w feedWeb) Peer(r *http.Request) netip.Addr { return w.door().PeerOf(r) }

// feedRoutes are the addresses where other systems tell of people. Each finds
// out by itself who is there, by the token or signature of its feed.
func (h *House) feedRoutes(door func() *httpdoor.Door) (list []httpdoor.Route) {
	for _, r := range h.Feeds.Routes(feedWeb{door}) {
		list = append(list, httpdoor.Route{Pattern: r.Pattern, Access: httpdoor.Public, Handler: r.Handler})
	}
	return list
}
