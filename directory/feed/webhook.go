package feed

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"strconv"
	"strings"
	"time"

	"chancery/directory"
	"chancery/kit/errs"
	"chancery/wire/jmap"
)

// Limits of the messages of a personnel system.
const (
	webhookWindow = 5 * time.Minute // how far the time of a message may be off
	maxEventID    = 100             // bytes of the id of a message
	maxEvents     = 200             // people and units in one message
)

// placeMessage is where the records of a message stand.
const placeMessage = "message"

// The headers of a signed message, as the Standard Webhooks specification
// names them: the signature is over id, time and body.
const (
	headerID   = "webhook-id"
	headerTime = "webhook-timestamp"
	headerSign = "webhook-signature"
)

var (
	errSignature = errs.E(errs.Unauthenticated, "The signature is not that of this feed.")
	errWindow    = errs.E(errs.Unauthenticated, "The time of the message is not now; please set the clock.")
)

// message is what a personnel system tells: units and people as they are from
// now on. A member that is missing says nothing, an empty one says that there is none.
type message struct {
	Units  []unitMessage   `json:"units"`
	People []personMessage `json:"people"`
}

type unitMessage struct {
	Key    string            `json:"key"`
	Parent *string           `json:"parent"`
	Names  map[string]string `json:"names"`
	Sort   *int              `json:"sort"`
	Gone   bool              `json:"gone"`
}

type personMessage struct {
	Key      string         `json:"key"`
	Address  string         `json:"address"`
	Name     string         `json:"name"`
	Aliases  *[]string      `json:"aliases"`
	Rank     *string        `json:"rank"`
	Order    *int           `json:"rankOrder"`
	Sort     *int           `json:"sort"`
	Level    *string        `json:"level"`
	Category *string        `json:"category"`
	Phone    *string        `json:"phone"`
	Language string         `json:"language"`
	State    *State         `json:"state"`
	Posts    *[]postMessage `json:"posts"`
}

type postMessage struct {
	Unit   string `json:"unit"`
	Title  string `json:"title"`
	Kind   string `json:"kind"`
	Sort   int    `json:"sort"`
	Starts string `json:"starts"`
	Ends   string `json:"ends"`
}

// Sign returns the signature of a message, for whoever sends one.
func Sign(secret, id string, at time.Time, body []byte) string {
	mac := hmac.New(sha256.New, []byte(secret))
	mac.Write([]byte(id + "." + strconv.FormatInt(at.Unix(), 10) + "."))
	mac.Write(body)
	return "v1," + base64.StdEncoding.EncodeToString(mac.Sum(nil))
}

// webhook is POST /feed/{org}/{name}: a message of a personnel system.
func (f *Feeds) webhook(web Web) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		status, out := http.StatusOK, map[string]any{}
		steps, err := f.hear(w, r, web)
		if err != nil {
			e := errorOf(err)
			status, out["detail"] = e.Status, e.Detail
			if status == http.StatusInternalServerError {
				f.log.Error("a message of a personnel system failed", "error", err)
			}
			if status == http.StatusTooManyRequests {
				w.Header().Set("Retry-After", "60")
			}
		} else {
			out["changed"] = len(steps)
		}
		w.Header().Set("Content-Type", "application/json")
		w.Header().Set("Cache-Control", "no-store")
		w.WriteHeader(status)
		if err := json.NewEncoder(w).Encode(out); err != nil {
			f.log.Debug("a personnel system went away", "error", err)
		}
	}
}

// hear takes one message: all of it or nothing. One that was taken before is
// answered as done and does nothing, so that the sender may try again.
func (f *Feeds) hear(w http.ResponseWriter, r *http.Request, web Web) ([]Step, error) {
	if !web.Private(r) {
		return nil, errs.E(errs.Forbidden, "Messages are taken over HTTPS only.")
	}
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, f.conf.MaxBody))
	var large *http.MaxBytesError
	if errors.As(err, &large) {
		return nil, errs.E(errs.TooLarge, "A message can have %d bytes.", f.conf.MaxBody)
	}
	if err != nil {
		return nil, errs.Wrap(errs.Invalid, err, "The message did not come whole.")
	}
	peer := web.Peer(r).String()
	feed, event, err := f.signed(r, peer, body)
	if err != nil {
		return nil, err
	}
	pic, err := readMessage(body)
	if err != nil {
		return nil, err
	}
	return f.Take(r.Context(), feed, peer, func(ctx context.Context, in *directory.Intake) (Picture, error) {
		now := f.clock.Now()
		fresh, err := insertEvent(ctx, in.Tx(), feed, event, now.UnixMilli(), now.Add(-2*webhookWindow).UnixMilli())
		if err != nil || !fresh {
			return Picture{}, err
		}
		return pic, nil
	})
}

// signed finds the feed that a message is from. Who guesses has to wait, as
// with tokens.
func (f *Feeds) signed(r *http.Request, peer string, body []byte) (feed Feed, event string, err error) {
	wrong := func(err error) (Feed, string, error) {
		key := "wrong " + peer
		if f.pace.over(key, f.conf.Wrong) {
			return Feed{}, "", errPace
		}
		f.pace.add(key)
		return Feed{}, "", err
	}
	org, err := strconv.ParseInt(r.PathValue("org"), 36, 64)
	if err != nil {
		return wrong(errSignature)
	}
	feed, err = f.byName(r.Context(), org, r.PathValue("name"))
	if errs.Is(err, errs.NotFound) || err == nil && feed.Kind != KindWebhook {
		return wrong(errSignature)
	}
	if err != nil {
		return Feed{}, "", err
	}
	secret, err := f.unseal(r.Context(), feed)
	if err != nil {
		return Feed{}, "", err
	}
	event = r.Header.Get(headerID)
	seconds, err := strconv.ParseInt(r.Header.Get(headerTime), 10, 64)
	if err != nil || event == "" || len(event) > maxEventID || strings.ContainsFunc(event, func(c rune) bool { return c <= ' ' || c > '~' }) {
		return wrong(errSignature)
	}
	at, good := time.Unix(seconds, 0), false
	for _, given := range strings.Fields(r.Header.Get(headerSign)) {
		good = good || hmac.Equal([]byte(given), []byte(Sign(secret, event, at, body)))
	}
	if !good {
		return wrong(errSignature)
	}
	if d := f.clock.Now().Sub(at); d > webhookWindow || d < -webhookWindow {
		return wrong(errWindow)
	}
	return feed, event, f.paced(feed)
}

// readMessage reads a message strictly: a member that is not known is a
// mistake of the sender, which would change nothing and say so to nobody.
func readMessage(body []byte) (pic Picture, err error) {
	var m message
	if err := jmap.DecodeStrict(body, &m); err != nil {
		return pic, errs.Wrap(errs.Invalid, err, "The message cannot be read: %s", clip(err.Error(), MaxNote))
	}
	if len(m.Units)+len(m.People) > maxEvents {
		return pic, errs.E(errs.TooLarge, "A message can have %d units and people.", maxEvents)
	}
	for _, u := range m.Units {
		r := UnitRecord{Place: placeMessage, Key: u.Key, Names: u.Names, Gone: u.Gone, Stays: u.Parent == nil}
		if u.Parent != nil {
			r.Parent = *u.Parent
		}
		if u.Sort != nil {
			r.Sort, r.HasSort = *u.Sort, true
		}
		pic.Units = append(pic.Units, r)
	}
	for _, p := range m.People {
		if p.State != nil && *p.State != Active && *p.State != Locked && *p.State != Left {
			return pic, errs.E(errs.Invalid, "%s: %q is no state (active, locked, left).", clip(p.Key, MaxKey), clip(string(*p.State), 40))
		}
		pic.People = append(pic.People, p.record())
	}
	return pic, nil
}

func (p personMessage) record() Record {
	r := Record{Place: placeMessage, Key: p.Key, Address: p.Address, Name: p.Name, Language: p.Language}
	if p.Address != "" {
		r.Fields |= HasAddress
	}
	if p.Name != "" {
		r.Fields |= HasName
	}
	say(&r, HasAliases, &r.Aliases, p.Aliases)
	say(&r, HasRankName, &r.RankName, p.Rank)
	say(&r, HasRank, &r.Rank, p.Order)
	say(&r, HasSort, &r.Sort, p.Sort)
	say(&r, HasLevel, &r.Level, p.Level)
	say(&r, HasCategory, &r.Category, p.Category)
	say(&r, HasPhone, &r.Phone, p.Phone)
	say(&r, HasState, &r.State, p.State)
	if p.Posts != nil {
		r.Fields |= HasPosts
		for _, q := range *p.Posts {
			r.Posts = append(r.Posts, PostRecord(q))
		}
	}
	return r
}

// say takes over a property that was spoken of.
func say[T any](r *Record, field Fields, to, from *T) {
	if from != nil {
		*to = *from
		r.Fields |= field
	}
}
