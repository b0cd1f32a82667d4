package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"chancery/kit/errs"
)

// passwordCmd is `chancery account password`: what opens a locked account again.
type passwordCmd struct {
	place
	Address       string `arg:"" help:"Mail address of the account."`
	PasswordStdin bool   `required:"" help:"Read the password from standard input, to the end of its first line."`
	Once          bool   `help:"The password is for one sign-in only: the person then chooses another one."`
	ForgetFactors bool   `help:"Take all second factors and recovery codes away too, for somebody who lost them."`
}

// Run sets the password; sessions and app passwords end, and a lock that the
// person set by saying that a sign-in was not theirs is lifted.
func (p passwordCmd) Run(ctx context.Context) error {
	password, err := readPassword(os.Stdin)
	if err != nil {
		return err
	}
	h, err := p.open(ctx)
	if err != nil {
		return err
	}
	defer h.Close()
	a, _, err := h.Directory.Resolve(ctx, p.Address)
	if err != nil {
		return err
	}
	if p.ForgetFactors {
		if err := h.Identity.ForgetFactors(ctx, operator(), a.Org, a.ID); err != nil {
			return err
		}
	}
	set := h.Identity.SetPassword
	if p.Once {
		set = h.Identity.SetFirstPassword
	}
	if err := set(ctx, operator(), a.Org, a.ID, password); err != nil {
		return err
	}
	fmt.Println("changed", a.Address)
	return nil
}

// readPassword reads the first line.
func readPassword(r io.Reader) (string, error) {
	password, err := bufio.NewReader(r).ReadString('\n')
	if err != nil && !errors.Is(err, io.EOF) {
		return "", err
	}
	password = strings.TrimRight(password, "\r\n")
	if password == "" {
		return "", errs.E(errs.Invalid, "no password on standard input")
	}
	return password, nil
}
