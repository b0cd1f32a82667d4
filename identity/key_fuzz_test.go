package identity

import (
	"encoding/json"
	"testing"

	"github.com/go-webauthn/webauthn/protocol"
)

// FuzzKeyAnswer gives what browsers send of keys, whole and broken, to the
// reading and checking of them: nothing brings it down, and what is taken for
// the answer of a key holds the question that was asked.
func FuzzKeyAnswer(f *testing.F) {
	w, err := party(site)
	if err != nil {
		f.Fatal(err)
	}
	h := &holder{org: 1, account: 2, address: "ann@city.example", name: "Ann"}
	creation, made, err := w.BeginRegistration(h)
	if err != nil {
		f.Fatal(err)
	}
	ask := func(v any) json.RawMessage {
		b, err := json.Marshal(v)
		if err != nil {
			f.Fatal(err)
		}
		return b
	}
	k := newSoftKey(f)
	first := k.create(f, ask(creation.Response))
	cred, err := readNewKey(w, h, *made, first)
	if err != nil {
		f.Fatal(err)
	}
	h.keys = append(h.keys, *cred)
	question, login, err := w.BeginLogin(h)
	if err != nil {
		f.Fatal(err)
	}
	f.Add(first)
	f.Add(k.get(f, ask(question.Response)))
	f.Fuzz(func(t *testing.T, answer string) {
		if got, err := readNewKey(w, h, *made, answer); err == nil && len(got.ID) == 0 {
			t.Error("a key without an id was taken")
		}
		parsed, err := protocol.ParseCredentialRequestResponseBytes([]byte(answer))
		if err != nil {
			return
		}
		readHandle(parsed.Response.UserHandle)
		if _, err := w.ValidateLogin(h, *login, parsed); err == nil && parsed.Response.CollectedClientData.Challenge != login.Challenge {
			t.Error("an answer to another question was taken")
		}
	})
}
