package feed

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"chancery/kit/testkit"
)

// personnel is a personnel system that speaks to a feed of an office.
func personnel(t *testing.T, o *office, f Feed) (Feed, testkit.Personnel) {
	t.Helper()
	f, secret := o.feed(f)
	s := httptest.NewServer(o.web(plainWeb{}))
	t.Cleanup(s.Close)
	return f, testkit.Personnel{URL: s.URL + f.Address(), Secret: secret, Now: o.clock.Now, Client: http.DefaultClient}
}

// TestCareer follows people through their service as the personnel system
// tells of it (C24): join, second post, move, absence, retirement; and takes
// the day back.
func TestCareer(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, url string) {
		o := newOffice(t, url)
		f, system := personnel(t, o, Feed{Name: "personnel", Kind: KindWebhook, Units: true, Guard: 10})
		story := ""
		for i, c := range []struct{ what, body string }{
			{"two units", `{"units":[{"key":"works","names":{"en":"Works","zh-TW":"工務局"}},{"key":"roads","parent":"works","names":{"en":"Roads"}}]}`},
			{"Ann joins", `{"people":[{"key":"1","address":"ann@city.example","name":"Ann Lee","rank":"Officer","rankOrder":7,"state":"active","posts":[{"unit":"roads","title":"clerk"}]}]}`},
			{"a second post for a time", `{"people":[{"key":"1","posts":[{"unit":"roads","title":"clerk"},{"unit":"works","title":"liaison","kind":"additional","starts":"2026-03-01","ends":"2026-06-30"}]}]}`},
			{"promoted and moved", `{"people":[{"key":"1","rank":"Director","rankOrder":3,"posts":[{"unit":"works","title":"director"}]}]}`},
			{"on leave", `{"people":[{"key":"1","state":"locked"}]}`},
			{"back", `{"people":[{"key":"1","state":"active"}]}`},
			{"a unit is renamed and stays where it is", `{"units":[{"key":"roads","names":{"en":"Roads and Bridges"}}]}`},
			{"retires", `{"people":[{"key":"1","state":"left"}]}`},
			{"nothing new", `{"people":[{"key":"1","state":"left"}]}`},
			{"an unknown unit", `{"people":[{"key":"2","address":"bob@city.example","name":"Bob","posts":[{"unit":"canals"}]}]}`},
			{"one of two is wrong", `{"people":[{"key":"2","address":"bob@city.example","name":"Bob"},{"key":"3","address":"nowhere","name":"Cy"}]}`},
			{"a member that is none", `{"people":[{"key":"2","salary":1}]}`},
			{"a state that is none", `{"people":[{"key":"2","state":"retired"}]}`},
			{"no JSON", `people`},
		} {
			status, answer, err := system.Tell(t.Context(), fmt.Sprint("event-", i), c.body)
			if err != nil {
				t.Fatal(err)
			}
			story += fmt.Sprintf("-- %s --\n> %s\n%d %s\n%s\n", c.what, c.body, status, answer, o.shown())
		}
		runs, err := o.Runs(t.Context(), o.admin, f, 10)
		if err != nil || len(runs) != 1 {
			t.Fatalf("the runs are %+v, %v", runs, err)
		}
		back, err := o.Rollback(t.Context(), o.admin, runs[0].ID)
		if err != nil {
			t.Fatal(err)
		}
		story += "-- the day is taken back --\n" + o.told(back)
		o.apply(back)
		story += o.shown()
		golden(t, "career.txt", story)
	})
}

// TestWebhookAttacks replays, alters, delays and guesses messages.
func TestWebhookAttacks(t *testing.T) {
	o := newOffice(t, "")
	_, system := personnel(t, o, Feed{Name: "personnel", Kind: KindWebhook, Guard: 10})
	_, other := personnel(t, o, Feed{Name: "other", Kind: KindWebhook, Guard: 10})
	add := `{"people":[{"key":"1","address":"ann@city.example","name":"Ann"}]}`
	lock := `{"people":[{"key":"1","state":"locked"}]}`
	must := func(want int, contains string) func(status int, answer string, err error) {
		return func(status int, answer string, err error) {
			t.Helper()
			if err != nil || status != want || !strings.Contains(answer, contains) {
				t.Errorf("%d %s %v, want %d %s", status, answer, err, want, contains)
			}
		}
	}
	must(200, `"changed":1`)(system.Tell(t.Context(), "a", add))
	must(200, `"changed":1`)(system.Tell(t.Context(), "b", lock))
	must(200, `"changed":1`)(system.Tell(t.Context(), "c", `{"people":[{"key":"1","state":"active"}]}`))
	must(200, `"changed":0`)(system.Tell(t.Context(), "b", lock)) // comes again
	if strings.Contains(o.shown(), "LOCKED") {
		t.Error("a message that came again was carried out")
	}
	now := o.clock.Now()
	must(401, "signature")(system.TellSigned(t.Context(), "d", now, lock, add))
	must(401, "clock")(system.TellSigned(t.Context(), "d", now.Add(-6*time.Minute), lock, lock))
	must(401, "clock")(system.TellSigned(t.Context(), "d", now.Add(6*time.Minute), lock, lock))
	stolen := system
	stolen.URL = other.URL
	must(401, "signature")(stolen.Tell(t.Context(), "e", lock))
	o.clock.Advance(time.Minute)
	stolen.URL = strings.Replace(system.URL, "/personnel", "/nothing", 1)
	must(401, "signature")(stolen.Tell(t.Context(), "e", lock))
	must(401, "signature")(system.Tell(t.Context(), "", lock))
	must(401, "signature")(system.Tell(t.Context(), strings.Repeat("x", 200), lock))
	must(413, "can have")(system.Tell(t.Context(), "f", strings.Repeat("x", 2<<20)))
	for range o.conf.Wrong {
		stolen.Tell(t.Context(), "e", lock)
	}
	must(429, "wait")(stolen.Tell(t.Context(), "e", lock))
	must(200, `"changed":0`)(system.Tell(t.Context(), "g", add))
	o.clock.Advance(time.Hour)
	must(401, "clock")(system.TellSigned(t.Context(), "b", now, lock, lock)) // long after it was forgotten
	var many []string
	for i := range maxEvents + 1 {
		many = append(many, fmt.Sprintf(`{"key":"k%d"}`, i))
	}
	must(413, "can have 200")(system.Tell(t.Context(), "h", `{"people":[`+strings.Join(many, ",")+`]}`))
}

// TestLiveGuard stops a system that has too many leave, one at a time.
func TestLiveGuard(t *testing.T) {
	o := newOffice(t, "")
	_, system := personnel(t, o, Feed{Name: "personnel", Kind: KindWebhook, Guard: 10})
	for i := range 50 {
		body := fmt.Sprintf(`{"people":[{"key":"%d","address":"p%d@city.example","name":"P"}]}`, i, i)
		if status, answer, err := system.Tell(t.Context(), fmt.Sprint("add", i), body); status != 200 || err != nil {
			t.Fatal(status, answer, err)
		}
	}
	left := 0
	for i := range 50 {
		status, answer, err := system.Tell(t.Context(), fmt.Sprint("gone", i), fmt.Sprintf(`{"people":[{"key":"%d","state":"left"}]}`, i))
		if status == 200 {
			left++
		} else if status != 403 || !strings.Contains(answer, "look first") || err != nil {
			t.Fatal(status, answer, err)
		}
	}
	if left != 5 {
		t.Errorf("%d of 50 left", left)
	}
}

// FuzzMessage reads anything as a message.
func FuzzMessage(f *testing.F) {
	f.Add(`{"units":[{"key":"a","parent":"","names":{"en":"A"},"sort":1,"gone":true}],"people":[{"key":"1","aliases":["x"],"posts":[{"unit":"a"}],"state":"left"}]}`)
	f.Add(`{"people":[{"key":"1","rank":null,"phone":""}]}`)
	f.Fuzz(func(t *testing.T, text string) {
		pic, err := readMessage([]byte(text))
		if err == nil && len(pic.Units)+len(pic.People) > maxEvents {
			t.Error("a message over the limit was read")
		}
	})
}
