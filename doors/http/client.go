package httpdoor

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"encoding/hex"
	"io/fs"
	"mime"
	"net/http"
	"path"
	"strings"
	"time"
)

// client serves the built web client from memory: every file once as it is
// and once compressed, where that helps.
type client struct {
	files map[string]*asset
}

type asset struct {
	plain, gzip, brotli []byte
	mediaType, etag     string
}

// mailFrame is how the names of the pages begin that show the HTML of a letter
// in a frame: mail-frame.html, whose own meta policy fetches nothing, and
// mail-frame-images.html for when the reader asked for remote pictures. They
// have no scripts; styles inside letters are inline, so these pages alone may
// use them.
const mailFrame = "mail-frame"

// worker is the client's service worker.
const worker = "sw.js"

// cardPage is the one page that opens a window of another origin and hears
// what it says: the program of a card reader on the person's own machine.
const cardPage = "/sso/card"

const (
	mailFramePolicy = "sandbox allow-popups allow-popups-to-escape-sandbox allow-same-origin; default-src 'none'; style-src 'unsafe-inline'; " +
		"img-src 'self' data: blob: https: http:; font-src data:; form-action 'none'; base-uri 'none'; frame-ancestors 'self'"
	// mailPrint is the page that letters are printed from: it may open the
	// system's window for printing, and fetches nothing.
	mailPrint       = "mail-print.html"
	mailPrintPolicy = "sandbox allow-same-origin allow-modals; default-src 'none'; style-src 'unsafe-inline'; " +
		"img-src data: blob:; form-action 'none'; base-uri 'none'; frame-ancestors 'self'"
	notBuilt = "<!doctype html><meta charset=utf-8><title>Chancery</title><h1>The web client is not built</h1>" +
		"<p>Run <code>make build</code>, or <code>npm ci &amp;&amp; npm run build</code> in the folder <code>web</code>, and build the program again."
)

func newClient(assets fs.FS) (*client, error) {
	c := &client{files: map[string]*asset{}}
	err := fs.WalkDir(assets, ".", func(p string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		if ext := path.Ext(p); ext == ".gz" || ext == ".br" || path.Base(p) == ".keep" {
			return nil
		}
		b, err := fs.ReadFile(assets, p)
		if err != nil {
			return err
		}
		sum := sha256.Sum256(b)
		a := &asset{plain: b, mediaType: typeOf(p), etag: `"` + hex.EncodeToString(sum[:12]) + `"`}
		a.gzip = beside(assets, p+".gz")
		a.brotli = beside(assets, p+".br")
		if a.gzip == nil && compressible(a.mediaType) {
			a.gzip = compress(b)
		}
		c.files[p] = a
		return nil
	})
	return c, err
}

// beside returns a file that the build left compressed, or nil.
func beside(assets fs.FS, name string) []byte {
	b, err := fs.ReadFile(assets, name)
	if err != nil {
		return nil
	}
	return b
}

func typeOf(name string) string {
	switch path.Ext(name) {
	case ".js", ".mjs":
		return "text/javascript; charset=utf-8"
	case ".css":
		return "text/css; charset=utf-8"
	case ".html":
		return "text/html; charset=utf-8"
	case ".svg":
		return "image/svg+xml"
	case ".json", ".map":
		return "application/json"
	case ".webmanifest":
		return "application/manifest+json"
	case ".woff2":
		return "font/woff2"
	case ".wasm":
		return "application/wasm"
	}
	if t := mime.TypeByExtension(path.Ext(name)); t != "" {
		return t
	}
	return "application/octet-stream"
}

func compressible(mediaType string) bool {
	return strings.HasPrefix(mediaType, "text/") || strings.Contains(mediaType, "json") ||
		strings.Contains(mediaType, "svg") || strings.Contains(mediaType, "wasm")
}

func compress(b []byte) []byte {
	var out bytes.Buffer
	z, err := gzip.NewWriterLevel(&out, gzip.BestCompression)
	if err != nil {
		return nil
	}
	if _, err := z.Write(b); err != nil || z.Close() != nil || out.Len() >= len(b) {
		return nil
	}
	return out.Bytes()
}

// ServeHTTP sends a file of the client; any other address is a place inside
// the client, so it gets the index.
func (c *client) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	name := strings.TrimPrefix(path.Clean(r.URL.Path), "/")
	a, ok := c.files[name]
	if !ok {
		if name != "" && (path.Ext(name) != "" || strings.HasPrefix(name, "assets/") || strings.HasPrefix(name, ".well-known/")) {
			http.NotFound(w, r)
			return
		}
		name = "index.html"
		a, ok = c.files[name]
	}
	if !ok {
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		w.WriteHeader(http.StatusServiceUnavailable)
		_, _ = w.Write([]byte(notBuilt))
		return
	}
	c.headers(w.Header(), r, name)
	w.Header().Set("Content-Type", a.mediaType)
	w.Header().Set("Vary", "Accept-Encoding")
	w.Header().Set("ETag", a.etag)
	body := a.plain
	accept := r.Header.Get("Accept-Encoding")
	switch {
	case r.Header.Get("Range") != "": // a range counts bytes of the plain file
	case a.brotli != nil && accepts(accept, "br"):
		w.Header().Set("Content-Encoding", "br")
		body = a.brotli
	case a.gzip != nil && accepts(accept, "gzip"):
		w.Header().Set("Content-Encoding", "gzip")
		body = a.gzip
	}
	http.ServeContent(w, r, "", time.Time{}, bytes.NewReader(body))
}

// AcceptsGzip says whether an answer may be compressed, and whether that is
// worth the work: on the machine itself bytes cost nothing.
func AcceptsGzip(r *http.Request) bool {
	return accepts(r.Header.Get("Accept-Encoding"), "gzip") && !remote(r).IsLoopback()
}

func accepts(header, coding string) bool {
	for part := range strings.SplitSeq(header, ",") {
		name, q, _ := strings.Cut(strings.TrimSpace(part), ";")
		if strings.EqualFold(strings.TrimSpace(name), coding) && strings.ReplaceAll(q, " ", "") != "q=0" {
			return true
		}
	}
	return false
}

// headers sets what holds for the pages of the client: scripts and styles come
// from our own files only, and files whose name carries a hash never change.
func (c *client) headers(h http.Header, r *http.Request, name string) {
	if strings.HasPrefix(name, "assets/") {
		h.Set("Cache-Control", "public, max-age=31536000, immutable")
	} else if strings.HasPrefix(name, mailFrame) {
		// Every HTML letter loads it; on a slow line each would wait for a
		// question whose answer is "unchanged". Short, since it bears a policy.
		h.Set("Cache-Control", "public, max-age=600")
	} else {
		h.Set("Cache-Control", "no-cache")
	}
	if strings.HasPrefix(name, mailFrame) || name == mailPrint {
		policy := mailFramePolicy
		if name == mailPrint {
			policy = mailPrintPolicy
		}
		h.Set("Content-Security-Policy", policy)
		h.Set("X-Frame-Options", "SAMEORIGIN")
		return
	}
	if name == worker {
		// A worker lives under the policy of its own file, not of the page's.
		h.Set("Content-Security-Policy", "default-src 'none'; script-src 'self'; connect-src 'self'; img-src 'self'")
	}
	// A worker lives under the policy of its own file: the reader of PDF
	// compiles its decoders of pictures (WebAssembly, no text becomes code).
	if strings.HasPrefix(name, "assets/") && strings.Contains(name, ".worker") {
		h.Set("Content-Security-Policy", "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; connect-src 'self'; frame-ancestors 'none'")
	}
	if name == "index.html" && r.URL.Path == cardPage {
		h.Set("Cross-Origin-Opener-Policy", "same-origin-allow-popups")
	}
	if strings.HasSuffix(name, ".html") {
		// Not every browser takes 'self' to include web sockets.
		h.Set("Content-Security-Policy", "default-src 'none'; script-src 'self'; style-src 'self'; "+
			"img-src 'self' data: blob:; font-src 'self'; connect-src 'self' ws://"+r.Host+" wss://"+r.Host+"; "+
			"frame-src 'self' blob: data:; manifest-src 'self'; worker-src 'self'; media-src 'self' blob:; "+
			"base-uri 'none'; form-action 'self'; frame-ancestors 'none'")
	}
}
