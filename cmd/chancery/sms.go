package main

import (
	"context"
	"fmt"
)

// smsCmd is `chancery sms`.
type smsCmd struct {
	Send smsSendCmd `cmd:"" help:"Send a trial message by the gateway of the settings, and say what it answered."`
}

type smsSendCmd struct {
	Config string `type:"existingfile" help:"Configuration file (TOML)." env:"CHANCERY_CONFIG"`
	Number string `arg:"" help:"Telephone number, with + and the country, or as dialled at home."`
	Text   string `default:"Chancery: trial message." help:"What it says."`
}

// Run sends the message. It needs no data, and works beside a running server.
func (s smsSendCmd) Run(ctx context.Context) error {
	c, log, err := place{Config: s.Config}.load()
	if err != nil {
		return err
	}
	to, err := c.TrySMS(ctx, s.Number, s.Text, log)
	if err != nil {
		return err
	}
	fmt.Printf("The gateway has taken the message to %s.\n", to)
	return nil
}
