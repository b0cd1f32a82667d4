package directory

import (
	"context"
	"encoding/csv"
	"encoding/hex"
	"encoding/json"
	"io"
	"net/http"
	"strconv"
	"strings"
	"time"

	"chancery/audit"
	"chancery/kit/errs"
	"chancery/policy"
)

// Forms of an exported record.
const (
	formCSV   = "csv"   // for a spreadsheet
	formJSONL = "jsonl" // for another program: an object a line, with the link in the chain
)

const (
	exportPage  = 1000
	exportPause = time.Minute // how long a reader may take for a page
)

// RecordHandler answers GET /export/record?form=csv&who=...: what a filter
// keeps of the record, the newest first, as long as it takes. The parameters
// are the members of [AuditFilter].
func (d *Directory) RecordHandler(who func(context.Context) (policy.Subject, error), problem func(http.ResponseWriter, error)) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		q := r.URL.Query()
		f := AuditFilter{Who: q.Get("who"), Object: q.Get("object"), Family: q.Get("family"), Result: q.Get("result"),
			From: q.Get("from"), To: q.Get("to"), Peer: q.Get("peer"), Zone: q.Get("zone")}
		s, err := who(r.Context())
		if err != nil {
			problem(w, err)
			return
		}
		x, err := d.export(r.Context(), s, f, q.Get("form"))
		if err != nil {
			problem(w, err)
			return
		}
		name := "record-" + d.clock.Now().In(time.Local).Format("20060102-150405") + "." + x.form
		h := w.Header()
		h.Set("Content-Type", map[string]string{formCSV: "text/csv; charset=utf-8", formJSONL: "application/x-ndjson"}[x.form])
		h.Set("Content-Disposition", `attachment; filename="`+name+`"`)
		h.Set("Cache-Control", "no-store")
		c := http.NewResponseController(w)
		err = x.write(r.Context(), w, func() {
			_ = c.SetWriteDeadline(time.Now().Add(exportPause))
			_ = c.Flush()
		})
		if err != nil {
			panic(http.ErrAbortHandler) // a file that is cut off must not look whole
		}
	})
}

// export is one export of the record.
type export struct {
	d      *Directory
	org    int64
	form   string
	filter audit.Filter
	names  recordNames
}

// export prepares an export for those who may read the record, and notes it.
func (d *Directory) export(ctx context.Context, s policy.Subject, f AuditFilter, form string) (x export, err error) {
	if err := d.mayRecord(ctx, s, "record.export"); err != nil {
		return x, err
	}
	if form != formCSV && form != formJSONL {
		return x, errs.E(errs.Invalid, "The form of an export is csv or jsonl, not %q.", form)
	}
	x = export{d: d, org: s.Org, form: form}
	if x.filter, err = d.plainFilter(ctx, s.Org, f); err != nil {
		return x, err
	}
	if x.names, err = d.namesNow(ctx, s.Org); err != nil {
		return x, err
	}
	said := asked(f)
	said["form"] = form
	e, err := audit.By(s, "record.export", "record", nil).Change(nil, said)
	if err != nil {
		return x, err
	}
	return x, d.noteRecord(ctx, e)
}

// write writes page after page; each is a transaction of its own, so that a
// slow reader holds nothing up.
func (x export) write(ctx context.Context, w io.Writer, wrote func()) error {
	line := x.jsonl(w)
	if x.form == formCSV {
		// With the mark of UTF-8, without which Excel takes it for something else.
		if _, err := io.WriteString(w, "\ufeff"); err != nil {
			return err
		}
		line = x.csv(w)
	}
	for after := int64(0); ; {
		found, err := x.d.page(ctx, x.org, x.filter, after, exportPage)
		if err != nil {
			return err
		}
		for n, e := range found.Entries {
			if err := line(e, found.Hashes[n]); err != nil {
				return err
			}
		}
		if wrote(); found.Next == 0 {
			return nil
		}
		after = found.Next
	}
}

// csv writes entries for a spreadsheet.
func (x export) csv(w io.Writer) func(audit.Entry, []byte) error {
	out := csv.NewWriter(w)
	out.UseCRLF = true // RFC 4180 section 2
	first := []string{"number", "time", "who", "post", "address", "zone", "door", "verb", "object", "name", "result", "rule", "before", "after", "machine"}
	failed := out.Write(first)
	out.Flush() // also where no entry follows
	return func(e audit.Entry, _ []byte) error {
		if failed != nil {
			return failed
		}
		o := x.d.auditObject(e, x.names)
		cells := []string{strconv.FormatInt(e.Seq, 10), e.At.In(time.Local).Format(time.RFC3339), o.Email, o.Post, o.Peer, o.Zone, o.Door, o.Verb, o.Object, o.Name, o.Result, o.Rule, o.Before, o.After, o.Machine}
		for n, text := range cells {
			cells[n] = PlainCell(text)
		}
		if err := out.Write(cells); err != nil {
			return err
		}
		out.Flush()
		return out.Error()
	}
}

// PlainCell keeps a spreadsheet from taking what somebody else wrote for a
// formula, in either width.
func PlainCell(text string) string {
	if strings.IndexAny(text, "=+-@\t\r\n＝＋－＠") == 0 {
		return "'" + text
	}
	return text
}

// exported is a line of JSON: the entry as it stands in the record, so that
// whoever has all of them can follow the chain.
type exported struct {
	ID   string `json:"id"`
	Name string `json:"name,omitempty"`
	Now  string `json:"zoneNow,omitempty"` // of the address as zones are set today, where the entry names none
	audit.Entry
	Hash string `json:"hash"`
}

func (x export) jsonl(w io.Writer) func(audit.Entry, []byte) error {
	out := json.NewEncoder(w)
	out.SetEscapeHTML(false)
	return func(e audit.Entry, hash []byte) error {
		o := x.d.auditObject(e, x.names)
		line := exported{ID: o.ID, Name: o.Name, Entry: e, Hash: hex.EncodeToString(hash)}
		if e.Zone == "" {
			line.Now = o.Zone
		}
		return out.Encode(line)
	}
}
