package feed

import (
	"context"
	"crypto/subtle"
	"net/http"
	"strconv"
	"strings"

	"chancery/kit/errs"
	"chancery/kit/id"
)

// Route is an address that the HTTP door serves for this package.
type Route struct {
	Pattern string
	Handler http.Handler
}

// Routes returns the addresses where other systems tell of people.
func (f *Feeds) Routes(web Web) []Route {
	s := &scimDoor{f, web}
	list := []Route{{"POST /feed/{org}/{name}", f.webhook(web)}}
	for _, method := range []string{"GET", "POST", "PUT", "PATCH", "DELETE"} {
		list = append(list, Route{method + " /scim/v2/", http.HandlerFunc(s.serve)})
	}
	return list
}

var (
	errToken = errs.E(errs.Unauthenticated, "A token of a feed is needed.")
	errPace  = errs.E(errs.RateLimited, "Too many requests; please wait a minute.")
)

// bearer returns the feed that a token belongs to. Whoever tries many wrong
// ones has to wait; a right one is not kept waiting by them.
func (f *Feeds) bearer(ctx context.Context, r *http.Request, peer string) (Feed, error) {
	scheme, token, _ := strings.Cut(r.Header.Get("Authorization"), " ")
	wrong := "wrong " + peer
	feed, ok, err := Feed{}, false, error(nil)
	if strings.EqualFold(scheme, "Bearer") && len(token) <= 200 {
		feed, ok, err = f.ofToken(ctx, strings.TrimSpace(token))
	}
	if err != nil {
		return feed, err
	}
	if !ok {
		if f.pace.over(wrong, f.conf.Wrong) {
			return Feed{}, errPace
		}
		f.pace.add(wrong)
		return Feed{}, errToken
	}
	return feed, f.paced(feed)
}

// paced counts a request of a feed.
func (f *Feeds) paced(feed Feed) error {
	key := "feed " + strconv.FormatInt(feed.ID, 36)
	if f.pace.over(key, f.conf.PerMinute) {
		return errPace
	}
	f.pace.add(key)
	return nil
}

// ofToken finds the feed of a token.
func (f *Feeds) ofToken(ctx context.Context, token string) (feed Feed, ok bool, err error) {
	parts := strings.Split(token, ".")
	if len(parts) != 3 {
		return feed, false, nil
	}
	org, err := strconv.ParseInt(parts[0], 36, 64)
	key, known := id.Parse(feedID, parts[1])
	if err != nil || !known {
		return feed, false, nil
	}
	feed, err = f.byID(ctx, org, key)
	if errs.Is(err, errs.NotFound) {
		return feed, false, nil
	}
	if err != nil {
		return feed, false, err
	}
	return feed, feed.Kind == KindSCIM && subtle.ConstantTimeCompare(hashOf(token), feed.secret) == 1, nil
}
