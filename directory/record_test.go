package directory

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/csv"
	"encoding/hex"
	"encoding/json"
	"errors"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"chancery/audit"
	"chancery/kit/errs"
	"chancery/kit/testkit"
	"chancery/policy"
	"chancery/store"
)

// recorded is an office whose record holds some entries from elsewhere.
func recorded(t *testing.T, at string) *town {
	t.Helper()
	w := office(t, at)
	w.UseZones(Zones{Names: []string{"inner", "outer"}, Of: func(a netip.Addr) string {
		if a.IsPrivate() {
			return "inner"
		}
		return "outer"
	}})
	for _, e := range []audit.Entry{
		{Account: w.people["clerk"].Account, Address: "clerk@city.example", Peer: "10.0.0.7", Verb: "sign-in", Object: "account 1", Result: "ok"},
		{Address: "=cmd|'/c calc'!A1", Peer: "203.0.113.9", Door: "imap", Verb: "sign-in", Object: "account 0", Result: "forbidden"},
		{Account: w.people["clerk"].Account, Address: "clerk@city.example", Peer: "203.0.113.9", Verb: "mail.report", Object: "＝SUM(1)\n\"x\"", Result: "ok"},
		{Account: w.people["clerk"].Account, Address: "clerk@city.example", Post: "+Clerk, Roads", Peer: "10.0.0.8", Zone: "vpn", Machine: "pc-17.city.example, number 1f", Rule: "reach of vpn", Verb: "mail.take", Object: "x", Result: "forbidden"},
	} {
		e.Org = DefaultOrg
		err := w.db.Write(t.Context(), func(tx *store.Tx) error { return audit.Append(t.Context(), tx, w.clock.Now(), e) })
		if err != nil {
			t.Fatal(err)
		}
	}
	return w
}

// TestLookRecord asks as auditors do: by names, days, networks and zones.
func TestLookRecord(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, at string) {
		w := recorded(t, at)
		today, next := w.today(), w.clock.Now().In(time.Local).AddDate(0, 0, 1).Format(time.DateOnly)
		for _, c := range []struct {
			f    AuditFilter
			want []string // verbs, and to what or from where
		}{
			{AuditFilter{Who: "clerk", Family: "signIns"}, []string{"sign-in 10.0.0.7"}},
			{AuditFilter{Who: "Clerk@City.example", Family: "mail"}, []string{"mail.take 10.0.0.8", "mail.report 203.0.113.9"}},
			{AuditFilter{Who: "=cmd|'/c calc'!A1"}, []string{"sign-in 203.0.113.9"}},
			{AuditFilter{Peer: "203.0.113.0/24"}, []string{"mail.report 203.0.113.9", "sign-in 203.0.113.9"}},
			{AuditFilter{Peer: "203.0.113.9", Result: "refused"}, []string{"sign-in 203.0.113.9"}},
			{AuditFilter{Zone: "inner"}, []string{"sign-in 10.0.0.7"}},
			{AuditFilter{Zone: "vpn"}, []string{"mail.take 10.0.0.8"}}, // as it was named then
			{AuditFilter{Zone: "vpn", Peer: "10.0.0.7"}, []string{}},
			{AuditFilter{Peer: "PC-17"}, []string{"mail.take 10.0.0.8"}},
			{AuditFilter{Peer: "pc-18"}, []string{}},
			{AuditFilter{Peer: "pc-17", Zone: "inner"}, []string{}},
			{AuditFilter{Zone: "outer", Family: "mail"}, []string{"mail.report 203.0.113.9"}},
			{AuditFilter{Object: "Roads", Family: "people"}, []string{"unit.add "}},
			{AuditFilter{Zone: "inner", From: today, To: today}, []string{"sign-in 10.0.0.7"}},
			{AuditFilter{Zone: "inner", From: next}, []string{}},
		} {
			found, err := w.Look(t.Context(), w.subject("audit"), c.f, 0, 100)
			if err != nil {
				t.Fatal(err)
			}
			got := []string{}
			for _, e := range found.Entries {
				got = append(got, e.Verb+" "+e.Peer)
			}
			if !slices.Equal(got, c.want) {
				t.Errorf("%+v finds %q, want %q", c.f, got, c.want)
			}
		}
		for _, f := range []AuditFilter{{Family: "x"}, {Result: "maybe"}, {From: "2026-02-30"}, {To: "0000-01-01"}, {Peer: "10.0.0"}, {Peer: "10.0.0.0/40"}, {Who: strings.Repeat("x", 321)}, {Object: strings.Repeat("x", 321)}} {
			if _, err := w.Look(t.Context(), w.subject("audit"), f, 0, 1); !errs.Is(err, errs.Invalid) && !errs.Is(err, errs.TooLarge) {
				t.Errorf("%+v: %v", f, err)
			}
		}
	})
}

// TestExportRecord fetches the record in both forms, sees that a spreadsheet
// takes nothing for a formula, and that the export stands in the record.
func TestExportRecord(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, at string) {
		w := recorded(t, at)
		get := func(by, query string) *httptest.ResponseRecorder {
			h := w.RecordHandler(func(context.Context) (policy.Subject, error) { return w.subject(by), nil }, func(rw http.ResponseWriter, err error) {
				http.Error(rw, errs.Text(err), 400+int(errs.KindOf(err)))
			})
			rw := httptest.NewRecorder()
			h.ServeHTTP(rw, httptest.NewRequestWithContext(t.Context(), "GET", "/export/record?"+query, nil))
			return rw
		}
		rw := get("audit", "form=csv&zone=outer")
		text, marked := strings.CutPrefix(rw.Body.String(), "\ufeff")
		rows, err := csv.NewReader(strings.NewReader(text)).ReadAll()
		if err != nil || !marked || len(rows) != 3 || rw.Code != 200 || !strings.HasSuffix(rw.Header().Get("Content-Disposition"), `.csv"`) {
			t.Fatalf("%d %v %v\n%s", rw.Code, rw.Header(), err, text)
		}
		if rows[1][8] != "'＝SUM(1)\n\"x\"" || rows[2][2] != "'=cmd|'/c calc'!A1" || rows[2][5] != "outer" || rows[0][0] != "number" {
			t.Errorf("the cells are %q", rows)
		}
		rows, err = csv.NewReader(get("audit", "form=csv&zone=vpn").Body).ReadAll()
		if err != nil || len(rows) != 2 || rows[1][3] != "'+Clerk, Roads" || rows[1][5] != "vpn" || rows[1][11] != "reach of vpn" || rows[0][14] != "machine" || rows[1][14] != "pc-17.city.example, number 1f" {
			t.Errorf("post, zone and rule are %q, %v", rows, err)
		}
		if rw := get("audit", "form=csv&who="+url.QueryEscape("nobody@city.example")); strings.Count(rw.Body.String(), "\n") != 1 {
			t.Errorf("nothing found: %q", rw.Body)
		}
		rw = get("audit", "form=jsonl")
		lines := bytes.Split(bytes.TrimSpace(rw.Body.Bytes()), []byte("\n"))
		var first struct {
			Seq               int64
			Verb, After, Hash string
		}
		if err := json.Unmarshal(lines[0], &first); err != nil || first.Verb != "record.export" || first.After != `{"form":"jsonl"}` || len(first.Hash) != 64 || int64(len(lines)) != first.Seq {
			t.Errorf("%d lines, the first %+v, %v", len(lines), first, err)
		}
		for _, line := range lines { // a leaf follows from its line
			var e audit.Entry
			var more struct{ Hash, Zone, ZoneNow string }
			if err := errors.Join(json.Unmarshal(line, &e), json.Unmarshal(line, &more)); err != nil {
				t.Fatal(err)
			}
			text, _ := json.Marshal(e)
			if leaf := sha256.Sum256(append([]byte{0}, text...)); hex.EncodeToString(leaf[:]) != more.Hash || more.Zone != "" && more.ZoneNow != "" {
				t.Errorf("%s\nhas another leaf: %x", line, leaf)
			}
		}
		for by, query := range map[string]string{"system": "form=csv", "security": "form=csv", "boss": "form=jsonl", "clerk": "form=csv", "audit": "form=xlsx"} {
			if rw := get(by, query); rw.Code == 200 {
				t.Errorf("%s exports %s", by, query)
			}
		}
		found, err := w.Look(t.Context(), w.subject("audit"), AuditFilter{Family: "record", Result: "refused"}, 0, 10)
		if err != nil || len(found.Entries) != 4 {
			t.Errorf("of the refusals %d are recorded, %v", len(found.Entries), err)
		}
	})
}

// TestCheckRecord follows the chain for those who may read the record.
func TestCheckRecord(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, at string) {
		w := recorded(t, at)
		whole, err := w.CheckRecord(t.Context(), w.subject("audit"))
		if err != nil || whole.Broken != 0 || whole.Entries == 0 {
			t.Fatalf("%+v %v", whole, err)
		}
		if _, err := w.CheckRecord(t.Context(), w.subject("system")); !errs.Is(err, errs.Forbidden) {
			t.Errorf("the system administrator: %v", err)
		}
		err = w.db.Write(t.Context(), func(tx *store.Tx) error {
			_, err := tx.Exec(t.Context(), "UPDATE audit SET peer = '10.0.0.8' WHERE org_id = 1 AND peer = '10.0.0.7'")
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		if c, err := w.CheckRecord(t.Context(), w.subject("audit")); err != nil || c.Broken == 0 {
			t.Errorf("a changed entry: %+v %v", c, err)
		}
	})
}
