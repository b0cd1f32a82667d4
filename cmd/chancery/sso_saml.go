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

// samlCmd is `chancery sso saml`. The metadata of this server is at
// /saml/metadata.
type samlCmd struct {
	Add    samlAddCmd    `cmd:"" help:"Register a system by its metadata file, or take its new metadata; prints its id."`
	List   samlListCmd   `cmd:"" help:"List what is registered."`
	Remove samlRemoveCmd `cmd:"" help:"Remove one; nobody can sign on to it any more."`
	Key    samlKeyCmd    `cmd:"" help:"The key that answers are signed with."`
}

type samlAddCmd struct {
	place
	File      string   `arg:"" type:"existingfile" help:"Metadata of the system (XML)."`
	Name      string   `required:"" help:"Name that people are shown."`
	NameID    string   `name:"name-id" enum:"persistent,transient,email" default:"persistent" help:"What people are called towards it: persistent (a name of its own for each person), transient (one for a session), or email."`
	Attribute []string `help:"What it is told of people: mail, name, language; may be repeated."`
	Consent   string   `enum:"never,first" default:"first" help:"When a person is asked before the system learns who they are."`
	Start     bool     `help:"Let people enter it from here, at /saml/start?service=ID, without its having asked."`
	Assurance int      `default:"1" help:"Least assurance of the sign-in: 1 password, 2 second factor, 3 key or certificate."`
}

// Run registers a service.
func (a samlAddCmd) Run(ctx context.Context) error {
	if a.Assurance < 1 || a.Assurance > 3 {
		return errs.E(errs.Invalid, "the assurance is 1, 2 or 3")
	}
	file, err := os.ReadFile(a.File)
	if err != nil {
		return err
	}
	h, err := a.open(ctx)
	if err != nil {
		return err
	}
	defer h.Close()
	s, err := h.AddService(ctx, operator(), file, house.NewService{Name: a.Name, NameID: a.NameID, Attributes: a.Attribute, Consent: a.Consent, Start: a.Start, Assurance: policy.Assurance(a.Assurance)})
	if err != nil {
		return err
	}
	fmt.Println("service", s.ID)
	fmt.Println("entity", s.Metadata.Entity)
	return nil
}

type samlListCmd struct{ place }

// Run lists the services.
func (l samlListCmd) Run(ctx context.Context) error {
	h, err := l.open(ctx)
	if err != nil {
		return err
	}
	defer h.Close()
	list, err := h.SAML.Services(ctx, directory.DefaultOrg)
	if err != nil {
		return err
	}
	out := tabwriter.NewWriter(os.Stdout, 0, 4, 2, ' ', 0)
	for _, s := range list {
		signs := "unsigned"
		if s.Metadata.Signs {
			signs = "signed"
		}
		answers := "in the clear"
		if s.Metadata.Encryption != nil {
			answers = "encrypted"
		}
		fmt.Fprintf(out, "%s\t%s\t%s\t%s\t%s\tconsent %s\t%s\t%s\n", s.ID, s.Name, s.NameID, signs, answers, s.Consent, strings.Join(s.Attributes, ","), s.Metadata.Entity)
	}
	return out.Flush()
}

type samlRemoveCmd struct {
	place
	ID string `arg:"" help:"Id of the system."`
}

// Run removes a service.
func (r samlRemoveCmd) Run(ctx context.Context) error {
	h, err := r.open(ctx)
	if err != nil {
		return err
	}
	defer h.Close()
	if err := h.SAML.RemoveService(ctx, operator(), r.ID); err != nil {
		return err
	}
	fmt.Println("removed", r.ID)
	return nil
}

type samlKeyCmd struct {
	Prepare samlPrepareCmd `cmd:"" help:"Publish the next key in the metadata, so that the systems can learn it."`
	Switch  samlSwitchCmd  `cmd:"" help:"Sign with the prepared key from now on; the old one stays published until another is prepared."`
}

type samlPrepareCmd struct{ place }

// Run prepares a key.
func (r samlPrepareCmd) Run(ctx context.Context) error {
	h, err := r.open(ctx)
	if err != nil {
		return err
	}
	defer h.Close()
	return h.SAML.PrepareKey(ctx, operator())
}

type samlSwitchCmd struct{ place }

// Run switches to the prepared key.
func (r samlSwitchCmd) Run(ctx context.Context) error {
	h, err := r.open(ctx)
	if err != nil {
		return err
	}
	defer h.Close()
	return h.SAML.SwitchKey(ctx, operator())
}
