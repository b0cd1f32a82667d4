package main

import (
	"context"
	"encoding/json"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strconv"

	"chancery/house"
)

// demoCmd is `chancery demo`.
type demoCmd struct {
	Data     string `required:"" type:"path" help:"Directory of the demonstration, made when missing."`
	Bind     string `default:"127.0.0.1" help:"Address to listen on."`
	BasePort int    `default:"8000" help:"Ports are this plus 80 (http), 443, 25, 587, 465, 143, 993."`
}

// demoFile is demo.json, for programs that try the demonstration.
type demoFile struct {
	HTTP        string              `json:"http"`
	HTTPS       string              `json:"https"`
	JMAP        string              `json:"jmap"`
	SMTP        string              `json:"smtp"`
	Submission  string              `json:"submission"`
	Submissions string              `json:"submissions"`
	IMAP        string              `json:"imap"`
	IMAPS       string              `json:"imaps"`
	Domain      string              `json:"domain"`
	Accounts    []house.DemoAccount `json:"accounts"`
}

// Run fills the office if need be, opens its doors, writes demo.json and
// prints "ready".
func (d demoCmd) Run(ctx context.Context) error {
	file := filepath.Join(d.Data, "demo.json")
	os.Remove(file) // until the doors answer, there is nothing to read
	c, err := d.config()
	if err != nil {
		return err
	}
	log, err := logger(c)
	if err != nil {
		return err
	}
	h, err := house.Open(ctx, d.Data, c, log)
	if err != nil {
		return err
	}
	defer h.Close()
	doors, err := h.OpenDoors() // an occupied port shows before the letters are written
	if err != nil {
		return err
	}
	office, err := h.FillDemo(ctx, func(done, of int) {
		if done == of || done%100 == 0 {
			fmt.Fprintf(os.Stderr, "writing letters: %d of %d\n", done, of)
		}
	})
	if err != nil {
		return err
	}
	return doors.Run(ctx, func() error {
		if err := d.write(file, doors, office); err != nil {
			return err
		}
		fmt.Printf("\nChancery demonstration: %s\n", doors.URL("http"))
		for _, a := range office.Accounts[:2] {
			fmt.Printf("  %-40s %s   (%s, %s)\n", a.Address, a.Password, a.Name, a.Role)
		}
		fmt.Println("ready")
		return nil
	})
}

// config opens every door on the demonstration's ports.
func (d demoCmd) config() (house.Config, error) {
	c, err := house.LoadConfig("")
	if err != nil {
		return c, err
	}
	at := func(port int) string { return net.JoinHostPort(d.Bind, strconv.Itoa(d.BasePort+port)) }
	c.Hostname = "localhost"
	c.Log.Level = "warn"
	c.HTTP.Listen, c.HTTP.ListenTLS = at(80), at(443)
	c.SMTP.Listen, c.SMTP.Submission, c.SMTP.SubmissionTLS = at(25), at(587), at(465)
	c.IMAP.Listen, c.IMAP.ListenTLS = at(143), at(993)
	// Tools on the same machine may try the mail doors without TLS.
	c.IMAP.PlainLoopback, c.SMTP.PlainLoopback = true, true
	c.HTTP.PushInside = true
	c.Applications.Open = true
	c.Secrecy.Ladder = "TW"
	return c, nil
}

func (d demoCmd) write(path string, doors *house.Doors, office *house.Demo) error {
	text, err := json.MarshalIndent(demoFile{
		HTTP: doors.URL("http"), HTTPS: doors.URL("https"), JMAP: doors.URL("http") + "/.well-known/jmap",
		SMTP: doors.Addr("smtp"), Submission: doors.Addr("submission"), Submissions: doors.Addr("submissions"),
		IMAP: doors.Addr("imap"), IMAPS: doors.Addr("imaps"),
		Domain: office.Domain, Accounts: office.Accounts,
	}, "", "  ")
	if err != nil {
		return err
	}
	// Readers wait for the file, so it appears whole.
	if err := os.WriteFile(path+".new", append(text, '\n'), 0o600); err != nil {
		return err
	}
	return os.Rename(path+".new", path)
}
