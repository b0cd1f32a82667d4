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

// providerCmd is `chancery sso provider`: the agency's own providers, by which
// people sign in here.
type providerCmd struct {
	Add    providerAddCmd    `cmd:"" help:"Let people sign in by another provider (OpenID Connect or SAML), or let a directory (LDAP, Active Directory) judge their passwords; prints its id."`
	List   providerListCmd   `cmd:"" help:"List the providers."`
	Remove providerRemoveCmd `cmd:"" help:"Remove one; nobody signs in by it any more."`
	Link   providerLinkCmd   `cmd:"" help:"Say by hand which account a person of a provider has."`
}

type providerAddCmd struct {
	place
	Name        string   `arg:"" help:"Name on the button of the sign-in page."`
	Issuer      string   `xor:"by" required:"" help:"Address of a provider of OpenID Connect, as its configuration names it."`
	Metadata    string   `xor:"by" required:"" type:"existingfile" help:"Metadata file of a provider of SAML 2.0; ours for it is at /sso/in/metadata."`
	LDAP        string   `xor:"by" required:"" help:"Address of a directory that keeps the passwords of its domains: ldaps://host, or ldap://host, then with StartTLS."`
	Base        string   `help:"DN below which the directory looks for people."`
	Filter      string   `help:"Filter by which it finds one, with {address}, or {name} for what stands before the @. Empty: mail or userPrincipalName."`
	Authority   string   `type:"existingfile" help:"PEM file of who vouches for the directory."`
	Client      string   `help:"Our id at a provider of OpenID Connect, where our redirect address is /sso/in/back; the DN by which we search a directory."`
	SecretStdin bool     `help:"Read our secret there from standard input, to the end of its first line."`
	Domain      []string `help:"Domain of mail addresses that it may vouch for; may be repeated. Without any only who was linked by hand gets in."`
	Trust       int      `default:"1" help:"How sure a sign-in by it is at most: 1 password, 2 second factor, 3 key or certificate."`
}

// Run registers a provider.
func (a providerAddCmd) Run(ctx context.Context) error {
	if a.Trust < 1 || a.Trust > 3 {
		return errs.E(errs.Invalid, "the trust is 1, 2 or 3")
	}
	p := house.NewProvider{Name: a.Name, Kind: "oidc", Issuer: a.Issuer, Client: a.Client, Domains: a.Domain, Trust: policy.Assurance(a.Trust)}
	file := a.Metadata
	if a.LDAP != "" {
		p.Kind, p.Issuer, p.LDAP, file = "ldap", a.LDAP, &house.DirectoryJudge{Base: a.Base, Filter: a.Filter}, a.Authority
	} else if a.Metadata != "" {
		p.Kind = "saml"
	}
	var text []byte
	secret, err := "", error(nil)
	if a.SecretStdin {
		secret, err = readPassword(os.Stdin)
	}
	if file != "" && err == nil {
		text, err = os.ReadFile(file)
	}
	if err != nil {
		return err
	}
	h, err := a.open(ctx)
	if err != nil {
		return err
	}
	defer h.Close()
	if text != nil {
		p, err = h.Agency.AddOutside(ctx, operator(), p, text, secret)
	} else {
		p, err = h.AddProvider(ctx, operator(), p, secret)
	}
	if err != nil {
		return err
	}
	fmt.Println("provider", p.ID)
	return nil
}

type providerListCmd struct{ place }

// Run lists the providers.
func (l providerListCmd) Run(ctx context.Context) error {
	h, err := l.open(ctx)
	if err != nil {
		return err
	}
	defer h.Close()
	list, err := h.Agency.Providers(ctx, directory.DefaultOrg)
	if err != nil {
		return err
	}
	out := tabwriter.NewWriter(os.Stdout, 0, 4, 2, ' ', 0)
	for _, p := range list {
		fmt.Fprintf(out, "%s\t%s\t%s\t%s\ttrust %d\t%s\n", p.ID, p.Name, p.Kind, p.Issuer, p.Trust, strings.Join(p.Domains, " "))
	}
	return out.Flush()
}

type providerRemoveCmd struct {
	place
	ID string `arg:"" help:"Id of the provider."`
}

// Run removes a provider.
func (r providerRemoveCmd) Run(ctx context.Context) error {
	h, err := r.open(ctx)
	if err != nil {
		return err
	}
	defer h.Close()
	if err := h.Agency.RemoveProvider(ctx, operator(), r.ID); err != nil {
		return err
	}
	fmt.Println("removed", r.ID)
	return nil
}

type providerLinkCmd struct {
	place
	ID      string `arg:"" help:"Id of the provider."`
	Address string `arg:"" help:"Mail address of the account."`
	Subject string `help:"What the provider calls the person (sub); without it the link is taken away."`
}

// Run links an account, or takes its link away.
func (l providerLinkCmd) Run(ctx context.Context) error {
	h, err := l.open(ctx)
	if err != nil {
		return err
	}
	defer h.Close()
	return h.Agency.Link(ctx, operator(), l.ID, l.Subject, l.Address)
}
