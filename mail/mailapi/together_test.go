package mailapi

import (
	"fmt"
	"sync"
	"testing"

	"chancery/wire/jmapmail"
)

// TestPatchedTogether lets several clients change different properties of one
// template at once: none may undo what another did.
func TestPatchedTogether(t *testing.T) {
	o := newOffice(t)
	var made struct {
		Created map[string]struct{ ID string }
	}
	o.ask(t, "Template/set", map[string]any{"accountId": o.ann, "create": map[string]any{"t": map[string]any{"name": "x"}}}, &made)
	text := made.Created["t"].ID
	for round := range 20 {
		want := fmt.Sprint(round + 1)
		var done sync.WaitGroup
		for _, p := range []map[string]any{{"name": want}, {"subject": want}, {"htmlBody": want}, {"sortOrder": round + 1}} {
			done.Go(func() {
				var got map[string]any
				o.ask(t, "Template/set", map[string]any{"accountId": o.ann, "update": map[string]any{text: p}}, &got)
			})
		}
		done.Wait()
		list := ask[struct{ List []jmapmail.Template }](t, o, "Template/get", map[string]any{"accountId": o.ann}).List
		if x := list[0]; x.Name != want || x.Subject != want || x.HTMLBody != want || x.SortOrder != round+1 {
			t.Fatalf("round %s: %+v", want, x)
		}
	}
}
