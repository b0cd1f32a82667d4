package main

import (
	"context"
	"fmt"

	"chancery/house"
	"chancery/kit/errs"
	"chancery/policy"
)

// ssoChangeCmd changes a client. What is not given stays.
type ssoChangeCmd struct {
	place
	ID          string   `arg:"" help:"Id of the client."`
	Name        string   `help:"Name that people are shown when they are asked."`
	Redirect    []string `sep:"none" help:"Address that answers go to, in place of all there were; may be repeated."`
	Logout      []string `sep:"none" help:"Address that a sign-out may lead to, in place of all there were; may be repeated."`
	BackLogout  *string  `help:"Address that this server posts to when a session is over (Back-Channel Logout); empty for none."`
	FrontLogout *string  `help:"Address that browsers load when a session ends (Front-Channel Logout); empty for none."`
	Consent     string   `enum:"never,first,always," default:"" help:"When a person is asked: never, first or always."`
	Device      *bool    `negatable:"" help:"Allow sign-on by a code, for devices without a browser."`
	Offline     *bool    `negatable:"" help:"Let its tokens outlive the session of the web client."`
	Assurance   int      `help:"Least assurance of the sign-in: 1 password, 2 second factor, 3 key or certificate."`
}

// Run changes a client.
func (c ssoChangeCmd) Run(ctx context.Context) error {
	if c.Assurance < 0 || c.Assurance > 3 {
		return errs.E(errs.Invalid, "the assurance is 1, 2 or 3")
	}
	h, err := c.open(ctx)
	if err != nil {
		return err
	}
	defer h.Close()
	err = h.SSO.ChangeClient(ctx, operator(), c.ID, func(now *house.NewClient) error {
		if c.Name != "" {
			now.Name = c.Name
		}
		if c.Redirect != nil {
			now.Redirects = c.Redirect
		}
		if c.Logout != nil {
			now.Logouts = c.Logout
		}
		if c.BackLogout != nil {
			now.BackLogout = *c.BackLogout
		}
		if c.FrontLogout != nil {
			now.FrontLogout = *c.FrontLogout
		}
		if c.Consent != "" {
			now.Consent = c.Consent
		}
		if c.Device != nil {
			now.Device = *c.Device
		}
		if c.Offline != nil {
			now.Offline = *c.Offline
		}
		if c.Assurance != 0 {
			now.Assurance = policy.Assurance(c.Assurance)
		}
		return nil
	})
	if err != nil {
		return err
	}
	fmt.Println("changed", c.ID)
	return nil
}

// ssoSecretCmd gives a client another secret.
type ssoSecretCmd struct {
	place
	ID string `arg:"" help:"Id of the client."`
}

// Run makes another secret and prints it, this once.
func (s ssoSecretCmd) Run(ctx context.Context) error {
	h, err := s.open(ctx)
	if err != nil {
		return err
	}
	defer h.Close()
	secret, err := h.SSO.RotateSecret(ctx, operator(), s.ID)
	if err != nil {
		return err
	}
	fmt.Println("secret", secret)
	return nil
}
