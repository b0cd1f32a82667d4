package drive

import (
	"errors"
	"io"
	"strings"
	"testing"

	"chancery/kit/testkit"
	"chancery/policy"
)

// TestLevels puts files of every level behind links, and asks for them from
// everywhere (C14, C15, N69).
func TestLevels(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, url string) {
		ladder, err := policy.LadderOf("TW")
		if err != nil {
			t.Fatal(err)
		}
		o := newOffice(t, url, Config{Secrecy: Secrecy{Ladder: ladder, Required: true, Outside: policy.Internal}})
		ann := o.account(t, "ann")
		for name, c := range map[string]struct {
			n    NewParcel
			want error
		}{
			"nobody said":     {NewParcel{Level: policy.Unlabelled}, ErrUnlabelled},
			"above her":       {NewParcel{Level: policy.TopSecret, Inside: true}, ErrAbove},
			"secret, outside": {NewParcel{Level: policy.Secret}, ErrOutside},
		} {
			c.n.Files = []int64{o.upload(t, "ann", "a", []byte("bytes"))}
			if _, _, err := ann.Make(t.Context(), c.n); !errors.Is(err, c.want) {
				t.Errorf("%s: %v", name, err)
			}
		}
		file := o.upload(t, "ann", "plan.bin", []byte("bytes"))
		p, token := o.parcel(t, "ann", NewParcel{Files: []int64{file}, Level: policy.Internal})
		path := LinkPath + token + "/" + fileText(file)
		if got := text(t, o.ask("GET", path, "")); got != "bytes" {
			t.Errorf("internal files may go outside here: %q", got)
		}
		if got := text(t, o.ask("GET", LinkPath+token, "", "Accept-Language", "zh-TW")); !strings.Contains(got, ladder.Rungs[policy.Internal].Names["zh-TW"]) {
			t.Errorf("the page does not say the level:\n%s", got)
		}

		// More secret than leaves the organisation: the link is for colleagues now.
		if err := ann.Raise(t.Context(), p.ID, policy.Secret); err != nil {
			t.Fatal(err)
		}
		for to, want := range map[policy.Level]error{policy.Public: ErrLower, policy.TopSecret: ErrAbove} {
			if err := ann.Raise(t.Context(), p.ID, to); !errors.Is(err, want) {
				t.Errorf("to %v: %v", to, err)
			}
		}
		if r := o.ask("GET", path, ""); r.StatusCode != 303 {
			t.Errorf("a stranger, after: %d", r.StatusCode)
		}
		for clearance, want := range map[policy.Level]int{policy.Internal: 404, policy.Confidential: 404, policy.Secret: 200, policy.TopSecret: 200} {
			o.web.subject = o.who["bob"]
			o.web.subject.Clearance = clearance
			if r := o.ask("GET", path, ""); r.StatusCode != want {
				t.Errorf("a colleague who reaches %v: %d", clearance, r.StatusCode)
			}
			if r := o.ask("GET", LinkPath+token, ""); r.StatusCode != want {
				t.Errorf("the page for a colleague who reaches %v: %d", clearance, r.StatusCode)
			}
		}

		// Where the sender herself reaches less, it is not there for her either.
		o.web.subject = o.who["ann"]
		o.web.subject.Clearance = policy.Internal
		if r := o.ask("GET", path, ""); r.StatusCode != 404 {
			t.Errorf("its sender from elsewhere: %d", r.StatusCode)
		}
		far := *ann
		far.subject.Clearance = policy.Internal
		if list, _, err := far.Parcels(t.Context()); err != nil || len(list) != 0 {
			t.Errorf("its sender from elsewhere: %+v, %v", list, err)
		}
		if list, err := far.Changes(t.Context(), 0); err != nil || len(list) != 0 {
			t.Errorf("its sender from elsewhere: %+v, %v", list, err)
		}
		for name, err := range map[string]error{"close": far.Close(t.Context(), p.ID), "extend": far.Extend(t.Context(), p.ID, p.Expires.AddDate(0, 0, 1)), "remove": far.Remove(t.Context(), p.ID)} {
			if !errors.Is(err, errNoParcel) {
				t.Errorf("%s from elsewhere: %v", name, err)
			}
		}
		if _, err := far.Log(t.Context(), p.ID); !errors.Is(err, errNoParcel) {
			t.Errorf("log from elsewhere: %v", err)
		}
	})
}

// TestRaisedMeanwhile makes files more secret while somebody fetches them.
func TestRaisedMeanwhile(t *testing.T) {
	o := newOffice(t, "", Config{})
	file := o.upload(t, "ann", "a", bytesOf(3*partSize))
	p, token := o.parcel(t, "ann", NewParcel{Files: []int64{file}})
	opened, err := o.room.Open(t.Context(), token, Visitor{})
	if err != nil {
		t.Fatal(err)
	}
	x, err := o.room.Fetch(t.Context(), opened, file, Visitor{})
	if err != nil {
		t.Fatal(err)
	}
	defer x.Done(t.Context(), 0)
	if _, err := io.CopyN(io.Discard, x, 10); err != nil {
		t.Fatal(err)
	}
	if err := o.account(t, "ann").Raise(t.Context(), p.ID, policy.Secret); err != nil {
		t.Fatal(err)
	}
	if n, err := io.Copy(io.Discard, x); !errors.Is(err, errOver) {
		t.Errorf("%d bytes more came, then %v", n, err)
	}
}
