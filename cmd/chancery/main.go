// Command chancery is the whole server and its administration.
package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"os/signal"
	"strings"
	"syscall"

	"chancery/house"
	"chancery/kit/conf"
	"chancery/kit/errs"

	"github.com/alecthomas/kong"
)

// cli is every subcommand with its flags.
type cli struct {
	Demo        demoCmd        `cmd:"" help:"Start a demonstration office in a directory of its own."`
	Serve       serveCmd       `cmd:"" help:"Run the server."`
	Account     accountCmd     `cmd:"" help:"Add and import accounts."`
	Sso         ssoCmd         `cmd:"" help:"Single sign-on: systems and mail programs that people may sign on to."`
	Certificate certificateCmd `cmd:"" help:"Client certificates that people sign in by."`
	Feed        feedCmd        `cmd:"" help:"Take units and people from other systems: plan, apply, roll back."`
	SMS         smsCmd         `cmd:"" name:"sms" help:"Try the gateway of short messages."`
	Role        roleCmd        `cmd:"" help:"Grant, take back and list administrators' roles."`
	Key         keyCmd         `cmd:"" help:"Rotate the keys that everything lies encrypted under."`
	Audit       auditCmd       `cmd:"" help:"Verify and sign the record of what happened."`
	Journal     journalCmd     `cmd:"" help:"Verify the letters that rules have kept."`
	Check       checkCmd       `cmd:"" help:"Verify everything that is stored."`
	Sweep       sweepCmd       `cmd:"" help:"Remove what nothing refers to any more and give the space back."`
	Config      configCmd      `cmd:"" help:"Explain the settings."`
}

// place says which installation a command works on.
type place struct {
	Data   string `required:"" type:"path" help:"Data directory." env:"CHANCERY_DATA"`
	Config string `type:"existingfile" help:"Configuration file (TOML)." env:"CHANCERY_CONFIG"`
}

func main() {
	syscall.Umask(0o077) // what is written here is nobody else's to read
	// A second signal ends the program at once.
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGINT, syscall.SIGTERM)
	context.AfterFunc(ctx, stop)
	var c cli
	k := kong.Parse(&c, kong.Name("chancery"), kong.Description("Mail and workspace of a government."),
		kong.UsageOnError(), kong.BindTo(ctx, (*context.Context)(nil)))
	if err := k.Run(); err != nil {
		fmt.Fprintln(os.Stderr, "chancery:", explain(err))
		os.Exit(1)
	}
}

// explain writes an error for the operator, who may see the cause.
func explain(err error) string {
	var own *errs.Error
	if errors.As(err, &own) {
		return own.Error()
	}
	return err.Error()
}

// load reads the configuration of a place.
func (p place) load() (house.Config, *slog.Logger, error) {
	c, err := house.LoadConfig(p.Config)
	if err != nil {
		return c, nil, err
	}
	log, err := logger(c)
	return c, log, err
}

// open opens the rooms of a place without any door; beside a running server
// that is harmless.
func (p place) open(ctx context.Context) (*house.House, error) {
	c, log, err := p.load()
	if err != nil {
		return nil, err
	}
	return house.Open(ctx, p.Data, c, log)
}

func logger(c house.Config) (*slog.Logger, error) {
	var level slog.Level
	if err := level.UnmarshalText([]byte(c.Log.Level)); err != nil {
		return nil, errs.E(errs.Invalid, "log.level: %q is not debug, info, warn or error", c.Log.Level)
	}
	opt := &slog.HandlerOptions{Level: level}
	if c.Log.JSON {
		return slog.New(slog.NewJSONHandler(os.Stderr, opt)), nil
	}
	return slog.New(slog.NewTextHandler(os.Stderr, opt)), nil
}

// configCmd is `chancery config`.
type configCmd struct {
	Explain explainCmd `cmd:"" help:"Print every setting with its meaning and default, as a file to start from."`
	Presets presetsCmd `cmd:"" help:"List the sets of settings that ship with the program, or print one."`
}

type presetsCmd struct {
	Name string `arg:"" optional:"" help:"Which one to print."`
}

// Run prints a preset as the readable file that it is, or says which there are.
func (c presetsCmd) Run() error {
	list, err := house.Presets()
	if err != nil {
		return err
	}
	for _, p := range list {
		switch c.Name {
		case "":
			fmt.Printf("%-20s %s\n", p.Name, p.Title)
		case p.Name:
			fmt.Print(p.Text)
			return nil
		}
	}
	if c.Name != "" {
		return errs.E(errs.NotFound, "There is no preset %q; `chancery config presets` lists them.", c.Name)
	}
	return nil
}

type explainCmd struct{}

// Run prints the reference, made from the settings themselves.
func (explainCmd) Run() error {
	fmt.Println(strings.TrimSpace(`
# Chancery reads one TOML file (--config). Every setting is optional; a line
# below without the # in front changes it. The environment overrides the file.`))
	return conf.Explain(os.Stdout, house.EnvPrefix, &house.Config{})
}
