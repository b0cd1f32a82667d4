package main

import (
	"context"
	"crypto/x509"
	"fmt"
	"os"
	"strconv"
	"text/tabwriter"
	"time"

	"chancery/directory"
	"chancery/house"
	"chancery/kit/errs"
)

// certificateCmd is `chancery certificate`: which client certificates are whose.
type certificateCmd struct {
	Add    certificateAddCmd    `cmd:"" help:"Tie a certificate to an account; prints its id."`
	List   certificateListCmd   `cmd:"" help:"List those of an account."`
	Remove certificateRemoveCmd `cmd:"" help:"Take one away; it lets nobody in any more."`
	Check  certificateCheckCmd  `cmd:"" help:"Say whom a certificate lets in, or why not. Asks for its revocation as a sign-in does."`
}

// readCertificate reads the first certificate of a file, and those after it.
func readCertificate(path string) ([]*x509.Certificate, error) {
	list, err := house.ReadCertificates(path)
	if err == nil && len(list) == 0 {
		err = errs.E(errs.Invalid, "there is no certificate in %s", path)
	}
	return list, err
}

// accountOf finds an account by its address.
func accountOf(ctx context.Context, h *house.House, address string) (directory.Account, error) {
	a, _, err := h.Directory.Resolve(ctx, address)
	return a, err
}

type certificateAddCmd struct {
	place
	Address string `arg:"" help:"Mail address of the account."`
	File    string `arg:"" type:"existingfile" help:"The certificate, PEM or DER."`
}

// Run ties a certificate to an account.
func (a certificateAddCmd) Run(ctx context.Context) error {
	list, err := readCertificate(a.File)
	if err != nil {
		return err
	}
	h, err := a.open(ctx)
	if err != nil {
		return err
	}
	defer h.Close()
	who, err := accountOf(ctx, h, a.Address)
	if err != nil {
		return err
	}
	r, err := h.Certificates.Register(ctx, operator(), who.ID, list[0])
	if err != nil {
		return err
	}
	fmt.Println("certificate", r.ID, r.Subject)
	return nil
}

type certificateListCmd struct {
	place
	Address string `arg:"" help:"Mail address of the account."`
}

// Run lists the certificates of an account.
func (l certificateListCmd) Run(ctx context.Context) error {
	h, err := l.open(ctx)
	if err != nil {
		return err
	}
	defer h.Close()
	who, err := accountOf(ctx, h, l.Address)
	if err != nil {
		return err
	}
	list, err := h.Certificates.List(ctx, who.Org, who.ID)
	if err != nil {
		return err
	}
	out := tabwriter.NewWriter(os.Stdout, 0, 4, 2, ' ', 0)
	for _, r := range list {
		fmt.Fprintf(out, "%d\t%s\t%s\t%s\tuntil %s\n", r.ID, r.Kind, r.Subject, r.Issuer, r.Ends().Format(time.DateOnly))
	}
	return out.Flush()
}

type certificateRemoveCmd struct {
	place
	Address string `arg:"" help:"Mail address of the account."`
	ID      int64  `arg:"" help:"Id, as list shows it."`
}

// Run takes one away.
func (r certificateRemoveCmd) Run(ctx context.Context) error {
	h, err := r.open(ctx)
	if err != nil {
		return err
	}
	defer h.Close()
	who, err := accountOf(ctx, h, r.Address)
	if err != nil {
		return err
	}
	if err := h.Certificates.Remove(ctx, operator(), who.ID, r.ID); err != nil {
		return err
	}
	fmt.Println("removed", r.ID)
	return nil
}

type certificateCheckCmd struct {
	place
	File string `arg:"" type:"existingfile" help:"The certificate, with those of its authorities where the settings do not name them."`
}

// Run says what a certificate would come to.
func (c certificateCheckCmd) Run(ctx context.Context) error {
	list, err := readCertificate(c.File)
	if err != nil {
		return err
	}
	h, err := c.open(ctx)
	if err != nil {
		return err
	}
	defer h.Close()
	v, err := h.Certificates.Check(ctx, directory.DefaultOrg, list)
	if err != nil {
		return err
	}
	who, err := h.Directory.Account(ctx, directory.DefaultOrg, v.Account)
	if err != nil {
		return err
	}
	fmt.Println("lets in", who.Address, "by the rule", v.Rule, "counting as", strconv.Itoa(int(v.Counts)))
	return nil
}
