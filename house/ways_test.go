package house

import (
	"encoding/json"
	"io"
	"net/http"
	"reflect"
	"testing"

	"chancery/directory"
	"chancery/identity/agency"
	"chancery/policy"
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

// TestWaysProviders names the agency's providers that the sign-in page has a
// button for: a directory that judges passwords is none.
func TestWaysProviders(t *testing.T) {
	h, doors := openHouse(t)
	by := policy.System(directory.DefaultOrg)
	id, err := h.Agency.AddProvider(t.Context(), by, agency.Provider{Kind: agency.KindOIDC, Name: "City ID", Issuer: "https://id.city.example", Client: "chancery"}, "secret")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := h.Agency.AddProvider(t.Context(), by, agency.Provider{Kind: agency.KindLDAP, Name: "City AD", Issuer: "ldap://127.0.0.1:1", Domains: []string{"city.example"}, LDAP: &agency.LDAP{Base: "dc=city,dc=example"}}, ""); err != nil {
		t.Fatal(err)
	}
	res, err := http.Get(doors.URL("http") + "/auth/ways")
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	got, err := io.ReadAll(res.Body)
	if want := `{"apply":false,"certificate":false,"card":false,"rulebook":false,"providers":[{"id":"` + id.ID + `","name":"City ID"}]}` + "\n"; err != nil || string(got) != want {
		t.Errorf("%s %v, want %s", got, err, want)
	}
}
