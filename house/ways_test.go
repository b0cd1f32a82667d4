package house

import (
	"encoding/json"
	"net/http"
	"reflect"
	"testing"
)

// TestWays is what the sign-in page is told, at the real door.
func TestWays(t *testing.T) {
	for _, open := range []string{"false", "true"} {
		t.Run(open, func(t *testing.T) {
			t.Setenv(EnvPrefix+"APPLICATIONS_OPEN", open)
			_, doors := openHouse(t)
			r, err := http.NewRequestWithContext(t.Context(), "GET", doors.URL("http")+"/auth/ways", nil)
			if err != nil {
				t.Fatal(err)
			}
			res, err := http.DefaultClient.Do(r)
			if err != nil {
				t.Fatal(err)
			}
			defer res.Body.Close()
			var got waysIn
			if err := json.NewDecoder(res.Body).Decode(&got); err != nil || !reflect.DeepEqual(got, waysIn{Apply: open == "true", Providers: []provider{}}) || res.Header.Get("Cache-Control") != "no-store" {
				t.Errorf("%+v %v", got, err)
			}
		})
	}
}
