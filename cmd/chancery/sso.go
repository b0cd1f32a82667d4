package main

import (
	"context"
	"fmt"
	"os"
	"strings"
	"text/tabwriter"

	"chancery/directory"
	"chancery/house"
	"chancery/kit/errs"
	"chancery/policy"
)

// ssoCmd is `chancery sso`.
type ssoCmd struct {
	Client   ssoClientCmd `cmd:"" help:"Add, change, list and remove the systems that may ask who somebody is."`
	Key      ssoKeyCmd    `cmd:"" help:"The keys that ID tokens are signed with."`
	SAML     samlCmd      `cmd:"" name:"saml" help:"The systems that speak SAML 2.0."`
	Provider providerCmd  `cmd:"" help:"The agency's own providers, by which people sign in here."`
}

type ssoClientCmd struct {
	Add    ssoAddCmd    `cmd:"" help:"Register a system or a mail program; prints its id and secret."`
	List   ssoListCmd   `cmd:"" help:"List what is registered."`
	Change ssoChangeCmd `cmd:"" help:"Change one; what is not given stays."`
	Secret ssoSecretCmd `cmd:"" help:"Give one another secret, and print it; the old one is void at once."`
	Remove ssoRemoveCmd `cmd:"" help:"Remove one; everybody's tokens of it end at once."`
}

type ssoAddCmd struct {
	place
	Name        string   `arg:"" help:"Name that people are shown when they are asked."`
	Kind        string   `enum:"web,native,mail" default:"web" help:"web: a system that keeps a secret; native: a program on a person's machine; mail: a mail program."`
	Redirect    []string `sep:"none" help:"Address that answers go to, letter by letter; may be repeated. Mail programs have http://localhost when none is given."`
	Logout      []string `sep:"none" help:"Address that a sign-out may lead to; may be repeated."`
	BackLogout  string   `help:"Address that this server posts to when a session is over (Back-Channel Logout), on a host that answers go to."`
	FrontLogout string   `help:"Address that browsers load when a session ends (Front-Channel Logout), on a host that answers go to."`
	Consent     string   `enum:"never,first,always" default:"first" help:"When a person is asked before the system learns who they are."`
	Pairwise    bool     `help:"Give the system names of its own for people, which it cannot compare with another's."`
	Device      bool     `help:"Allow sign-on by a code, for devices without a browser."`
	Offline     bool     `help:"Let its tokens outlive the session of the web client."`
	Assurance   int      `default:"1" help:"Least assurance of the sign-in: 1 password, 2 second factor, 3 key or certificate."`
}

// Run registers a client.
func (a ssoAddCmd) Run(ctx context.Context) error {
	if a.Assurance < 1 || a.Assurance > 3 {
		return errs.E(errs.Invalid, "the assurance is 1, 2 or 3")
	}
	h, err := a.open(ctx)
	if err != nil {
		return err
	}
	defer h.Close()
	c, secret, err := h.AddClient(ctx, operator(), house.NewClient{Name: a.Name, Kind: a.Kind, Redirects: a.Redirect, Logouts: a.Logout, FrontLogout: a.FrontLogout, BackLogout: a.BackLogout, Consent: a.Consent,
		Pairwise: a.Pairwise, Device: a.Device, Offline: a.Offline, Assurance: policy.Assurance(a.Assurance)})
	if err != nil {
		return err
	}
	fmt.Println("client", c.ID)
	if secret != "" {
		fmt.Println("secret", secret)
	}
	return nil
}

type ssoListCmd struct{ place }

// Run lists the clients.
func (l ssoListCmd) Run(ctx context.Context) error {
	h, err := l.open(ctx)
	if err != nil {
		return err
	}
	defer h.Close()
	list, err := h.SSO.Clients(ctx, directory.DefaultOrg)
	if err != nil {
		return err
	}
	out := tabwriter.NewWriter(os.Stdout, 0, 4, 2, ' ', 0)
	for _, c := range list {
		fmt.Fprintf(out, "%s\t%s\t%s\tconsent %s\t%s\n", c.ID, c.Name, c.Kind, c.Consent, strings.Join(c.Redirects, " "))
	}
	return out.Flush()
}

type ssoRemoveCmd struct {
	place
	ID string `arg:"" help:"Id of the client."`
}

// Run removes a client.
func (r ssoRemoveCmd) Run(ctx context.Context) error {
	h, err := r.open(ctx)
	if err != nil {
		return err
	}
	defer h.Close()
	if err := h.SSO.RemoveClient(ctx, operator(), r.ID); err != nil {
		return err
	}
	fmt.Println("removed", r.ID)
	return nil
}

type ssoKeyCmd struct {
	Rotate ssoRotateCmd `cmd:"" help:"Sign with another key from now on; the old one stays published until its last token is over."`
}

type ssoRotateCmd struct{ place }

// Run makes another key.
func (r ssoRotateCmd) Run(ctx context.Context) error {
	h, err := r.open(ctx)
	if err != nil {
		return err
	}
	defer h.Close()
	return h.SSO.RotateKey(ctx, operator())
}
