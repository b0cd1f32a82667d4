package jmapdoor

import (
	"compress/gzip"
	"context"
	"errors"
	"io"
	"mime"
	"net/http"
	"sync"

	httpdoor "chancery/doors/http"
	"chancery/wire/jmap"
)

// buffers are reused between requests: a list of messages is some 30 KB.
var buffers = sync.Pool{New: func() any { b := make([]byte, 0, 32<<10); return &b }}

// maxKept is the largest buffer that goes back to the pool.
const maxKept = 1 << 20

// api answers one request (RFC 8620 section 3).
func (d *Door) api(w http.ResponseWriter, r *http.Request) {
	who, _ := httpdoor.SubjectOf(r.Context())
	if !d.calls.enter(who.ID, d.conf.Limits.MaxConcurrentRequests) {
		sendRequestError(w, jmap.OverLimit("maxConcurrentRequests", "At most %d requests may run at once.", d.conf.Limits.MaxConcurrentRequests))
		return
	}
	defer d.calls.leave(who.ID)
	// RFC 8620 section 3.1: requests MUST be application/json.
	if t, _, _ := mime.ParseMediaType(r.Header.Get("Content-Type")); t != "application/json" {
		sendRequestError(w, &jmap.RequestError{Type: jmap.NotJSON, Status: 400, Detail: "A request has the media type application/json."})
		return
	}
	body, rerr := d.readRequest(w, r)
	if rerr != nil {
		sendRequestError(w, rerr)
		return
	}
	req, rerr := jmap.ParseRequest(body, d.conf.Limits)
	if rerr == nil {
		rerr = req.Check(d.offered)
	}
	if rerr != nil {
		sendRequestError(w, rerr)
		return
	}
	ctx, cancel := context.WithTimeout(r.Context(), d.conf.RequestTime)
	defer cancel()
	resp, err := d.dispatch(ctx, who, req)
	if err != nil {
		httpdoor.Problem(w, err)
		return
	}
	buf := buffers.Get().(*[]byte)
	defer func() {
		if cap(*buf) <= maxKept {
			buffers.Put(buf)
		}
	}()
	out, err := resp.AppendJSON((*buf)[:0])
	if err != nil {
		httpdoor.Problem(w, err)
		return
	}
	*buf = out
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Cache-Control", "no-store")
	if len(out) < minGzip || !httpdoor.AcceptsGzip(r) {
		_, _ = w.Write(out)
		return
	}
	w.Header().Set("Content-Encoding", "gzip")
	z := zippers.Get().(*gzip.Writer)
	defer zippers.Put(z)
	z.Reset(w)
	_, _ = z.Write(out)
	_ = z.Close()
}

// minGzip is the shortest answer in bytes that is compressed: below, it fits
// into one packet or two anyway.
const minGzip = 2 << 10

var zippers = sync.Pool{New: func() any {
	z, _ := gzip.NewWriterLevel(io.Discard, gzip.BestSpeed) // the level is valid
	return z
}}

func (d *Door) readRequest(w http.ResponseWriter, r *http.Request) ([]byte, *jmap.RequestError) {
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, d.conf.Limits.MaxSizeRequest))
	var tooLarge *http.MaxBytesError
	if errors.As(err, &tooLarge) {
		return nil, jmap.OverLimit("maxSizeRequest", "A request has at most %d bytes.", d.conf.Limits.MaxSizeRequest)
	}
	if err != nil {
		return nil, &jmap.RequestError{Type: jmap.NotJSON, Status: 400, Detail: "The request did not arrive whole."}
	}
	return body, nil
}

func sendRequestError(w http.ResponseWriter, e *jmap.RequestError) {
	httpdoor.JSON(w, e.Status, "application/problem+json", e)
}
