package jmapdoor

import (
	"context"
	"errors"
	"mime"
	"net/http"
	"time"

	httpdoor "chancery/doors/http"
	"chancery/kit/errs"
	"chancery/kit/httpx"
	"chancery/wire/jmap"
)

// upload stores a blob (RFC 8620 section 6.1).
func (d *Door) upload(w http.ResponseWriter, r *http.Request) {
	who, _ := httpdoor.SubjectOf(r.Context())
	lim := d.conf.Limits
	if !d.uploads.enter(who.ID, lim.MaxConcurrentUpload) {
		sendRequestError(w, jmap.OverLimit("maxConcurrentUpload", "At most %d uploads may run at once.", lim.MaxConcurrentUpload))
		return
	}
	defer d.uploads.leave(who.ID)
	if r.ContentLength > lim.MaxSizeUpload {
		sendRequestError(w, overUpload(lim))
		return
	}
	mediaType := r.Header.Get("Content-Type")
	if _, _, err := mime.ParseMediaType(mediaType); err != nil {
		mediaType = "application/octet-stream"
	}
	ctx, cancel := context.WithTimeout(r.Context(), d.conf.UploadTime)
	defer cancel()
	_ = http.NewResponseController(w).SetReadDeadline(time.Now().Add(d.conf.UploadTime))
	account := r.PathValue("account")
	blob, size, err := d.needs.Blobs.Upload(ctx, account, mediaType, http.MaxBytesReader(w, r.Body, lim.MaxSizeUpload))
	var tooLarge *http.MaxBytesError
	switch {
	case errors.As(err, &tooLarge):
		sendRequestError(w, overUpload(lim))
	case err != nil:
		httpdoor.Problem(w, err)
	default:
		httpdoor.JSON(w, http.StatusCreated, "application/json",
			jmap.UploadAnswer{AccountID: account, BlobID: blob, Type: mediaType, Size: size})
	}
}

func overUpload(lim jmap.Limits) *jmap.RequestError {
	e := jmap.OverLimit("maxSizeUpload", "An upload has at most %d bytes.", lim.MaxSizeUpload)
	e.Status = http.StatusRequestEntityTooLarge
	return e
}

// inlineTypes may be shown by a browser under our origin: none of them can
// carry a script.
var inlineTypes = map[string]bool{
	"image/png": true, "image/jpeg": true, "image/gif": true, "image/webp": true, "image/avif": true, "image/bmp": true,
	"audio/mpeg": true, "audio/ogg": true, "audio/wav": true, "video/mp4": true, "video/webm": true, "video/ogg": true,
	"text/plain": true,
}

// download sends a blob (RFC 8620 section 6.2), in parts when asked by Range.
func (d *Door) download(w http.ResponseWriter, r *http.Request) {
	blobID := r.PathValue("blob")
	if !jmap.ValidID(blobID) {
		httpdoor.Problem(w, errs.E(errs.NotFound, "There is no such file."))
		return
	}
	f, err := d.needs.Blobs.Open(r.Context(), r.PathValue("account"), blobID)
	if err != nil {
		if k := errs.KindOf(err); k == errs.Invalid || k == errs.Forbidden {
			err = errs.Wrap(errs.NotFound, err, "There is no such file.") // do not tell whether it exists
		}
		httpdoor.Problem(w, err)
		return
	}
	defer f.Close()
	h := w.Header()
	mediaType := r.URL.Query().Get("accept")
	base, params, err := mime.ParseMediaType(mediaType)
	if err != nil {
		base, params, mediaType = "application/octet-stream", nil, "application/octet-stream"
	} else if out := mime.FormatMediaType(base, params); out != "" {
		mediaType = out
	}
	h.Set("Content-Type", mediaType)
	disposition := "attachment"
	if inlineTypes[base] {
		disposition = "inline"
	}
	h.Set("Content-Disposition", httpx.Disposition(disposition, r.PathValue("name")))
	// Whatever a browser makes of the bytes, it may not run anything: the
	// sandbox gives the page an origin of its own.
	h.Set("Content-Security-Policy", "sandbox; default-src 'none'; img-src 'self'; media-src 'self'; style-src 'unsafe-inline'; frame-ancestors 'self'")
	h.Set("X-Frame-Options", "SAMEORIGIN")
	// RFC 8620 section 6.2: a blob never changes, so it may be kept for long.
	h.Set("Cache-Control", "private, immutable, max-age=31536000")
	h.Set("ETag", `"`+blobID+`"`)
	http.ServeContent(w, r, "", time.Time{}, f)
}

// blobCopy is the method Blob/copy (RFC 8620 section 6.3).
func (d *Door) blobCopy(ctx context.Context, call *jmap.Call) (any, error) {
	var a jmap.BlobCopyArgs
	if err := call.Decode(&a); err != nil {
		return nil, err
	}
	if err := a.Check(call.Limits); err != nil {
		return nil, err
	}
	if err := d.mustReach(ctx, a.FromAccountID, jmap.FromAccountNotFound); err != nil {
		return nil, err
	}
	if err := d.mustReach(ctx, a.AccountID, jmap.AccountNotFound); err != nil {
		return nil, err
	}
	out := &jmap.BlobCopyAnswer{FromAccountID: a.FromAccountID, AccountID: a.AccountID}
	for _, b := range a.BlobIDs {
		id, err := d.needs.Blobs.Copy(ctx, a.FromAccountID, a.AccountID, b)
		if err == nil {
			if out.Copied == nil {
				out.Copied = map[jmap.ID]jmap.ID{}
			}
			out.Copied[b] = id
			continue
		}
		if out.NotCopied == nil {
			out.NotCopied = map[jmap.ID]*jmap.SetError{}
		}
		e := jmap.SetErrorOf(err)
		if k := errs.KindOf(err); k == errs.NotFound || k == errs.Invalid {
			e = jmap.Refuse(jmap.BlobNotFound, "There is no blob %s.", b)
		}
		out.NotCopied[b] = e
	}
	return out, nil
}

func (d *Door) mustReach(ctx context.Context, account jmap.ID, kind string) error {
	list, err := d.needs.Accounts.Accounts(ctx)
	if err != nil {
		return err
	}
	for _, a := range list {
		if a.ID == account {
			return nil
		}
	}
	return jmap.Fail(kind, "There is no account %s.", account)
}
