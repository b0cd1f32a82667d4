package feed

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"io"
	"mime"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"chancery/directory"
	"chancery/kit/errs"
	"chancery/wire/scim"
)

// Limits of a list that SCIM answers with.
const (
	scimPage    = 100
	scimMaxPage = 1000
)

// The first letters of ids.
const (
	scimUser  = 'p'
	scimGroup = 'u'
)

// unitURN is our extension of a group: which unit it stands below.
const unitURN = "urn:chancery:params:scim:schemas:extension:2.0:Unit"

// scimDoor serves SCIM 2.0 (RFC 7644). Each feed sees and changes what it
// keeps, and nothing else.
type scimDoor struct {
	f   *Feeds
	web Web
}

// exchange is one request of a feed.
type exchange struct {
	*scimDoor
	feed Feed
	peer string
	base string
	w    http.ResponseWriter
	r    *http.Request
}

// resource is a user or group in SCIM's form.
type resource = map[string]any

// serve is every request below /scim/v2/.
func (s *scimDoor) serve(w http.ResponseWriter, r *http.Request) {
	x := &exchange{scimDoor: s, w: w, r: r, peer: s.web.Peer(r).String(), base: s.web.BaseURL(r) + "/scim/v2"}
	err := func() (err error) {
		if !s.web.Private(r) {
			return errs.E(errs.Forbidden, "SCIM is served over HTTPS only.")
		}
		if x.feed, err = s.f.bearer(r.Context(), r, x.peer); err != nil {
			return err
		}
		return x.route()
	}()
	if err != nil {
		x.fail(err)
	}
}

// route picks the endpoint (RFC 7644 section 3.2).
func (x *exchange) route() error {
	path := strings.Split(strings.Trim(strings.TrimPrefix(x.r.URL.Path, "/scim/v2"), "/"), "/")
	kind, key := path[0], ""
	if len(path) > 1 {
		key = path[1]
	}
	if len(path) > 2 {
		return errNoEndpoint
	}
	switch kind {
	case "ServiceProviderConfig", "Schemas", "ResourceTypes":
		if x.r.Method != http.MethodGet {
			return errNoMethod
		}
		return x.describe(kind, key)
	case "Users":
		return x.resources(users{x}, key)
	case "Groups":
		return x.resources(groups{x}, key)
	case "Bulk":
		return &scim.Error{Status: http.StatusNotImplemented, Detail: "There are no bulk operations here."}
	}
	return errNoEndpoint
}

var (
	errNoEndpoint = errs.E(errs.NotFound, "There is nothing at this address.")
	errNoMethod   = &scim.Error{Status: http.StatusMethodNotAllowed, Detail: "This address does not take that method."}
)

// kind is what users and groups do each in their way.
type kind interface {
	// one returns a resource, all that a filter may find, and whether to look at
	// each for the filter.
	one(ctx context.Context, in *directory.Intake, key string) (resource, error)
	all(ctx context.Context, in *directory.Intake, filter *scim.Filter) ([]resource, error)
	// add and change make a picture of what a resource shall be; old is what it is.
	add(ctx context.Context, in *directory.Intake, now resource) (Picture, error)
	change(ctx context.Context, in *directory.Intake, old, now resource) (Picture, error)
	remove(ctx context.Context, in *directory.Intake, old resource) (Picture, error)
	key(object int64) string
	name() string
}

func (x *exchange) resources(k kind, key string) error {
	switch {
	case key == "" && x.r.Method == http.MethodGet:
		return x.list(k)
	case key == "" && x.r.Method == http.MethodPost:
		return x.create(k)
	case key == "" || x.r.Method == http.MethodPost:
		return errNoMethod
	case x.r.Method == http.MethodGet:
		return x.get(k, key)
	}
	return x.alter(k, key)
}

// survey reads the directory as the feed.
func (x *exchange) survey(do func(ctx context.Context, in *directory.Intake) error) error {
	return x.f.dir.Survey(x.r.Context(), x.feed.subject(x.peer), x.feed.rights(), do)
}

// get is RFC 7644 section 3.4.1.
func (x *exchange) get(k kind, key string) error {
	var res resource
	err := x.survey(func(ctx context.Context, in *directory.Intake) (err error) {
		res, err = k.one(ctx, in, key)
		return err
	})
	if err != nil {
		return err
	}
	return x.answer(k, http.StatusOK, res)
}

// answer sends a resource with its version.
func (x *exchange) answer(k kind, status int, res resource) error {
	tag := x.seal(k, res)
	x.w.Header().Set("ETag", tag)
	x.w.Header().Set("Location", res["meta"].(resource)["location"].(string))
	if status == http.StatusOK && x.r.Method == http.MethodGet && slices.Contains(tags(x.r.Header.Get("If-None-Match")), tag) {
		x.w.WriteHeader(http.StatusNotModified)
		return nil
	}
	pick, err := x.picks()
	if err != nil {
		return err
	}
	return x.send(status, pick(res))
}

// seal gives a resource its meta (RFC 7643 section 3.1); its version is a hash
// of the rest (RFC 7644 section 3.14).
func (x *exchange) seal(k kind, res resource) string {
	tag := versionOf(res)
	res["meta"] = resource{"resourceType": k.name(), "location": x.base + "/" + k.name() + "s/" + res["id"].(string), "version": tag}
	return tag
}

func versionOf(res resource) string {
	bare := resource{}
	for key, v := range res {
		if key != "meta" {
			bare[key] = v
		}
	}
	text, err := json.Marshal(bare)
	if err != nil {
		return `W/""`
	}
	sum := sha256.Sum256(text)
	return `W/"` + hex.EncodeToString(sum[:8]) + `"`
}

func tags(header string) (list []string) {
	for _, t := range strings.Split(header, ",") {
		if t = strings.TrimSpace(t); t != "" {
			list = append(list, t)
		}
	}
	return list
}

// list is RFC 7644 section 3.4.2: filter and pages, not sorting.
func (x *exchange) list(k kind) error {
	q := x.r.URL.Query()
	var filter *scim.Filter
	if text := q.Get("filter"); text != "" {
		f, err := scim.ParseFilter(text)
		if err != nil {
			return err
		}
		filter = f
	}
	start, err := pageNumber(q.Get("startIndex"), 1)
	if err != nil {
		return err
	}
	count, err := pageNumber(q.Get("count"), scimPage)
	if err != nil {
		return err
	}
	start, count = max(start, 1), min(max(count, 0), scimMaxPage)
	pick, err := x.picks()
	if err != nil {
		return err
	}
	var found []resource
	err = x.survey(func(ctx context.Context, in *directory.Intake) error {
		all, err := k.all(ctx, in, filter)
		for _, res := range all {
			if filter == nil || filter.Match(res) {
				found = append(found, res)
			}
		}
		return err
	})
	if err != nil {
		return err
	}
	total := len(found)
	slices.SortFunc(found, func(a, b resource) int { return strings.Compare(a["id"].(string), b["id"].(string)) })
	page := found[min(start-1, total):min(start-1+count, total)]
	for i, res := range page {
		x.seal(k, res)
		page[i] = pick(res)
	}
	return x.send(http.StatusOK, resource{"schemas": []string{scim.ListURN}, "totalResults": total, "startIndex": start, "itemsPerPage": len(page), "Resources": append([]resource{}, page...)})
}

func pageNumber(text string, otherwise int) (int, error) {
	if text == "" {
		return otherwise, nil
	}
	n, err := strconv.ParseInt(text, 10, 31)
	if err != nil {
		return 0, scim.Bad(scim.InvalidValue, "%q is no number of a page.", clip(text, 40))
	}
	return int(n), nil
}

// picks returns what leaves of a resource what the client wants (RFC 7644
// section 3.9); id and schemas are always there.
func (x *exchange) picks() (func(resource) resource, error) {
	q := x.r.URL.Query()
	want, not := q.Get("attributes"), q.Get("excludedAttributes")
	if want != "" && not != "" {
		return nil, scim.Bad(scim.InvalidValue, "Ask for attributes or for excludedAttributes, not for both.")
	}
	named := func(list, key string) bool {
		return slices.ContainsFunc(strings.Split(list, ","), func(s string) bool {
			s = strings.TrimSpace(s)
			return strings.EqualFold(s, key) || len(s) > len(key) && strings.EqualFold(s[:len(key)], key) && strings.IndexByte(".:", s[len(key)]) >= 0
		})
	}
	return func(res resource) resource {
		out := resource{}
		for key, v := range res {
			if key == "id" || key == "schemas" || want == "" && (not == "" || !named(not, key)) || want != "" && named(want, key) {
				out[key] = v
			}
		}
		return out
	}, nil
}

// create is RFC 7644 section 3.3.
func (x *exchange) create(k kind) error {
	now, err := x.body()
	if err != nil {
		return err
	}
	return x.take(k, "", http.StatusCreated, func(ctx context.Context, in *directory.Intake) (Picture, error) {
		return k.add(ctx, in, now)
	})
}

// alter is PUT, PATCH and DELETE (RFC 7644 sections 3.5 and 3.6).
func (x *exchange) alter(k kind, key string) error {
	var body resource
	var patch scim.Patch
	var err error
	switch x.r.Method {
	case http.MethodPut:
		body, err = x.body()
	case http.MethodPatch:
		var raw []byte
		if raw, err = x.raw(); err == nil {
			patch, err = scim.ParsePatch(raw)
		}
	}
	if err != nil {
		return err
	}
	status := http.StatusOK
	if x.r.Method == http.MethodDelete {
		status = http.StatusNoContent
	}
	return x.take(k, key, status, func(ctx context.Context, in *directory.Intake) (Picture, error) {
		old, err := k.one(ctx, in, key)
		if err != nil {
			return Picture{}, err
		}
		if want := tags(x.r.Header.Get("If-Match")); len(want) > 0 && !slices.Contains(want, "*") && !slices.Contains(want, versionOf(old)) {
			return Picture{}, &scim.Error{Status: http.StatusPreconditionFailed, Detail: "This was changed since you read it."}
		}
		switch x.r.Method {
		case http.MethodDelete:
			return k.remove(ctx, in, old)
		case http.MethodPatch:
			if body, err = clone(old); err == nil {
				err = patch.Apply(body)
			}
			if err != nil {
				return Picture{}, err
			}
		}
		return k.change(ctx, in, old, body)
	})
}

// clone copies a resource as it would come back from a client.
func clone(res resource) (out resource, err error) {
	text, err := json.Marshal(res)
	if err == nil {
		err = json.Unmarshal(text, &out)
	}
	return out, err
}

// take carries out a change and answers with what there is then.
func (x *exchange) take(k kind, key string, status int, build func(ctx context.Context, in *directory.Intake) (Picture, error)) error {
	steps, err := x.f.Take(x.r.Context(), x.feed, x.peer, build)
	if err != nil {
		return err
	}
	if status == http.StatusNoContent {
		x.w.WriteHeader(status)
		return nil
	}
	if key == "" {
		i := slices.IndexFunc(steps, func(s Step) bool { return s.Kind.ofUnit() == (k.name() == "Group") })
		if i < 0 {
			return errs.E(errs.Exists, "This is there already.")
		}
		key = k.key(steps[i].Object)
	}
	var res resource
	err = x.survey(func(ctx context.Context, in *directory.Intake) (err error) {
		res, err = k.one(ctx, in, key)
		return err
	})
	if err != nil {
		return err
	}
	return x.answer(k, status, res)
}

// raw reads the body of a request.
func (x *exchange) raw() ([]byte, error) {
	media, _, err := mime.ParseMediaType(x.r.Header.Get("Content-Type"))
	if err != nil || media != "application/scim+json" && media != "application/json" {
		return nil, &scim.Error{Status: http.StatusUnsupportedMediaType, Detail: "The body is application/scim+json."}
	}
	raw, err := io.ReadAll(http.MaxBytesReader(x.w, x.r.Body, x.f.conf.MaxBody))
	var large *http.MaxBytesError
	if errors.As(err, &large) {
		return nil, errs.E(errs.TooLarge, "A request can have %d bytes.", x.f.conf.MaxBody)
	}
	return raw, err
}

func (x *exchange) body() (res resource, err error) {
	raw, err := x.raw()
	if err != nil {
		return nil, err
	}
	if err := json.Unmarshal(raw, &res); err != nil || res == nil {
		return nil, scim.Bad(scim.InvalidSyntax, "The body is no JSON object.")
	}
	return res, nil
}

func (x *exchange) send(status int, v any) error {
	text, err := json.Marshal(v)
	if err != nil {
		return err
	}
	h := x.w.Header()
	h.Set("Content-Type", "application/scim+json; charset=utf-8")
	h.Set("Cache-Control", "no-store")
	x.w.WriteHeader(status)
	_, err = x.w.Write(append(text, '\n'))
	if err != nil {
		x.f.log.Debug("a SCIM client went away", "error", err)
	}
	return nil
}

// fail answers in SCIM's own form (RFC 7644 section 3.12).
func (x *exchange) fail(err error) {
	e := errorOf(err)
	if e.Status == http.StatusInternalServerError {
		x.f.log.Error("a SCIM request failed", "error", err)
	}
	switch e.Status {
	case http.StatusUnauthorized:
		x.w.Header().Set("WWW-Authenticate", `Bearer realm="scim"`)
	case http.StatusTooManyRequests:
		x.w.Header().Set("Retry-After", "60")
	}
	out := resource{"schemas": []string{scim.ErrorURN}, "status": strconv.Itoa(e.Status), "detail": e.Detail}
	if e.Type != "" {
		out["scimType"] = e.Type
	}
	if err := x.send(e.Status, out); err != nil {
		x.f.log.Error("a SCIM error could not be sent", "error", err)
	}
}

// errorOf maps an error to SCIM's.
func errorOf(err error) *scim.Error {
	var own *scim.Error
	if errors.As(err, &own) {
		return own
	}
	var b *broken
	if errors.As(err, &b) && (b.rule == "taken" || b.rule == "kept" || b.rule == "twice") {
		return &scim.Error{Status: http.StatusConflict, Type: scim.Uniqueness, Detail: errs.Text(err)}
	}
	e := &scim.Error{Detail: errs.Text(err), Status: http.StatusInternalServerError}
	switch errs.KindOf(err) {
	case errs.Invalid, errs.Unsupported:
		e.Status, e.Type = http.StatusBadRequest, scim.InvalidValue
	case errs.NotFound:
		e.Status = http.StatusNotFound
	case errs.Exists:
		e.Status, e.Type = http.StatusConflict, scim.Uniqueness
	case errs.Conflict:
		e.Status = http.StatusConflict
	case errs.Forbidden:
		e.Status = http.StatusForbidden
	case errs.Unauthenticated:
		e.Status = http.StatusUnauthorized
	case errs.TooLarge, errs.OverQuota:
		e.Status = http.StatusRequestEntityTooLarge
	case errs.RateLimited:
		e.Status = http.StatusTooManyRequests
	case errs.Unavailable:
		e.Status = http.StatusServiceUnavailable
	}
	return e
}
