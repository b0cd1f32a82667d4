package house

import (
	"context"
	"encoding/json"
	"net/http"
	"strings"

	"chancery/directory/rulebook"
	httpdoor "chancery/doors/http"
	"chancery/kit/errs"
	"chancery/policy"
)

// regulations answers what sign-in asks of the rule book.
type regulations struct{ h *House }

func (n regulations) Overdue(ctx context.Context, org, account int64) (bool, error) {
	return n.h.Rulebook.Overdue(ctx, org, account)
}

func (n regulations) Late(ctx context.Context, org, account int64) (json.RawMessage, error) {
	list, err := n.h.Rulebook.Late(ctx, org, account)
	if err != nil {
		return nil, err
	}
	return json.Marshal(map[string]any{"list": rulebook.Objects(list)})
}

// Accept reads the answer of a sign-in: the ids of versions between spaces.
func (n regulations) Accept(ctx context.Context, s policy.Subject, answer string) error {
	versions, ok := rulebook.ParseVersions(strings.Fields(answer))
	if !ok {
		return errs.E(errs.Invalid, "The answer names no regulations.")
	}
	return n.h.Rulebook.Accept(ctx, s, versions)
}

// rulebookWeb answers what the rule book asks of the HTTP door.
type rulebookWeb struct{}

func (rulebookWeb) Subject(r *http.Request) (policy.Subject, error) { return who(r.Context()) }

func (rulebookWeb) Problem(w http.ResponseWriter, err error) { httpdoor.Problem(w, err) }

// rulebookRoutes are the texts for who is not signed in, and the list of who
// accepted one.
func (h *House) rulebookRoutes() []httpdoor.Route {
	return append(h.routed(partConsole, []httpdoor.Route{{Pattern: "GET /rulebook/export/{version}", Access: httpdoor.SignedIn, Handler: h.Rulebook.ExportHandler(rulebookWeb{})}}),
		httpdoor.Route{Pattern: "GET /rulebook/public", Access: httpdoor.Public, Handler: h.Rulebook.PublicHandler(rulebookWeb{})})
}
