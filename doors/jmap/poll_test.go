package jmapdoor

import (
	"encoding/json"
	"net/http"
	"testing"
	"time"

	"chancery/wire/jmap"
)

// askPoll asks once and returns status and answer.
func askPoll(t *testing.T, base, query string) (int, polled) {
	t.Helper()
	r, err := http.Get(base + "/jmap/poll?" + query)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Body.Close()
	var p polled
	if r.StatusCode == http.StatusOK {
		if err := json.NewDecoder(r.Body).Decode(&p); err != nil {
			t.Fatal(err)
		}
	}
	return r.StatusCode, p
}

// TestPoll checks the four ways a long poll ends: the first question, an old
// mark, its time, and a change.
func TestPoll(t *testing.T) {
	s, _, _ := newServer(t, Config{PollTime: 10 * time.Second})
	status, first := askPoll(t, s.URL, "")
	if status != http.StatusOK || first.Mark == "" || first.Change != nil {
		t.Fatalf("the first answer: %d %+v", status, first)
	}
	if _, old := askPoll(t, s.URL, "since=older"); old.Change == nil || old.Mark != first.Mark {
		t.Errorf("with an old mark: %+v", old)
	}
	if _, idle := askPoll(t, s.URL, "wait=1&since="+first.Mark); idle.Change != nil || idle.Mark != first.Mark {
		t.Errorf("when nothing happens: %+v", idle)
	}
	got := make(chan polled, 1)
	go func() {
		_, p := askPoll(t, s.URL, "since="+first.Mark)
		got <- p
	}()
	time.Sleep(200 * time.Millisecond)
	post(t, s, makeNote, "application/json")
	select {
	case p := <-got:
		if p.Change == nil || p.Change.Changed[jmap.ID("A1")]["Note"] == "" || p.Mark == first.Mark {
			t.Errorf("after a change: %+v", p)
		}
	case <-time.After(5 * time.Second):
		t.Fatal("the poll did not hear of the change")
	}
	for _, bad := range []string{"wait=-1", "wait=soon", "wait=99999999999999999999"} {
		if status, _ := askPoll(t, s.URL, bad); status != http.StatusBadRequest {
			t.Errorf("%s: %d", bad, status)
		}
	}
}
