package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"os"
	"text/tabwriter"

	"chancery/house"
	"chancery/kit/errs"
)

// feedCmd is `chancery feed`.
type feedCmd struct {
	Add      feedAddCmd      `cmd:"" help:"Name another system that keeps units and people here, and what it may change; prints its token where it has one."`
	List     feedListCmd     `cmd:"" help:"List the feeds."`
	Remove   feedRemoveCmd   `cmd:"" help:"Remove a feed and its runs; the people it kept stay."`
	CSV      feedCSVCmd      `cmd:"" name:"csv" help:"Compare a CSV file of people, and one of units, with the directory."`
	Pull     feedPullCmd     `cmd:"" help:"Ask the directory of an ldap feed, and compare what it says."`
	Every    feedEveryCmd    `cmd:"" help:"Say how often the server asks the directory of an ldap feed and carries out what it says."`
	Runs     feedRunsCmd     `cmd:"" help:"List the newest runs of a feed."`
	Show     feedShowCmd     `cmd:"" help:"Say what a run does, or would do, line by line."`
	Apply    feedApplyCmd    `cmd:"" help:"Carry out a run that was planned, or go on with one that stopped."`
	Rollback feedRollbackCmd `cmd:"" help:"Plan the way back from a run; with --apply go it."`
}

type feedAddCmd struct {
	place
	Name     string `arg:"" help:"Short name of small letters, digits and hyphens."`
	Kind     string `enum:"csv,scim,ldap,webhook" default:"csv" help:"csv: files given to this command; scim: a SCIM 2.0 client with a token; ldap: a directory that is asked; webhook: a personnel system that tells of each change, signed."`
	Unit     string `help:"Name of the unit that it may change, with all below it. Without it the whole organisation."`
	Units    bool   `help:"It keeps units too, not only people."`
	Guard    int    `default:"10" help:"Per cent of its people that one run may lock or remove without --confirm."`
	Language string `default:"en" enum:"zh-TW,zh-CN,vi,ko,en" help:"Language of names of units that come without one."`
	Lenient  bool   `help:"Leave out what is refused and do the rest. Without it one refused row keeps a run from being applied."`

	URL           string            `group:"ldap" help:"Address: ldaps://host, or ldap://host, which then speaks StartTLS." placeholder:"URL"`
	Authority     string            `group:"ldap" type:"existingfile" help:"PEM file of who vouches for the directory; without it whom the machine trusts."`
	Bind          string            `group:"ldap" help:"DN to bind as; without it anonymous." placeholder:"DN"`
	PasswordStdin bool              `group:"ldap" help:"Read the password of --bind from standard input."`
	Base          string            `group:"ldap" help:"DN below which to ask." placeholder:"DN"`
	Filter        string            `group:"ldap" default:"(objectClass=person)" help:"Which entries are people; of Active Directory (&(objectCategory=person)(objectClass=user))."`
	UnitFilter    string            `group:"ldap" help:"Which entries are units; people belong to the nearest one above them. Without it an attribute names the unit." placeholder:"FILTER"`
	Attribute     map[string]string `group:"ldap" help:"Attribute to read a property from, as in address=mail; may be repeated. Properties: key, address, name, phone, title, rank, sort, level, language, unit, locked, unitName."`
	Page          uint32            `group:"ldap" default:"500" help:"Entries asked for at a time."`
	Every         int               `group:"ldap" default:"0" help:"Minutes after which the server asks again by itself; 0: only by 'feed pull' or in the console." placeholder:"MINUTES"`
}

// Run makes a feed.
func (a feedAddCmd) Run(ctx context.Context) error {
	h, err := a.open(ctx)
	if err != nil {
		return err
	}
	defer h.Close()
	f := house.NewFeed{Name: a.Name, Kind: a.Kind, Units: a.Units, Guard: a.Guard, Lenient: a.Lenient, Language: a.Language, Minutes: a.Every}
	if a.Kind == "ldap" {
		f.LDAP = &house.FeedLDAP{URL: a.URL, Authority: a.Authority, Bind: a.Bind, Base: a.Base, Filter: a.Filter, UnitFilter: a.UnitFilter, Attributes: a.Attribute, Page: a.Page}
	}
	if a.PasswordStdin {
		if f.Password, err = readPassword(os.Stdin); err != nil {
			return err
		}
	}
	if a.Unit != "" {
		if f.Unit, err = unitNamed(ctx, h, a.Unit); err != nil {
			return err
		}
	}
	f, secret, err := h.Feeds.Add(ctx, operator(), f)
	if err != nil {
		return err
	}
	fmt.Println("feed", f.Name)
	if f.Address() != "" {
		fmt.Println("address", f.Address())
	}
	if secret != "" {
		fmt.Println("token", secret)
	}
	return nil
}

type feedListCmd struct{ place }

// Run lists the feeds.
func (l feedListCmd) Run(ctx context.Context) error {
	h, err := l.open(ctx)
	if err != nil {
		return err
	}
	defer h.Close()
	list, err := h.Feeds.List(ctx, operator())
	if err != nil {
		return err
	}
	out := tabwriter.NewWriter(os.Stdout, 0, 4, 2, ' ', 0)
	for _, f := range list {
		what := "people"
		if f.Units {
			what = "units and people"
		}
		every := ""
		if f.Minutes != 0 {
			every = fmt.Sprintf("every %d minutes", f.Minutes)
		}
		fmt.Fprintf(out, "%s\t%s\t%s\tguard %d %%\t%s\n", f.Name, f.Kind, what, f.Guard, every)
	}
	return out.Flush()
}

type feedRemoveCmd struct {
	place
	Name string `arg:"" help:"Name of the feed."`
}

// Run removes a feed.
func (r feedRemoveCmd) Run(ctx context.Context) error {
	h, err := r.open(ctx)
	if err != nil {
		return err
	}
	defer h.Close()
	if err := h.Feeds.Remove(ctx, operator(), r.Name); err != nil {
		return err
	}
	fmt.Println("removed", r.Name)
	return nil
}

type feedEveryCmd struct {
	place
	Name    string `arg:"" help:"Name of the feed."`
	Minutes int    `arg:"" help:"Minutes between two times; 0: only when somebody says so."`
}

// Run sets the period of a feed.
func (e feedEveryCmd) Run(ctx context.Context) error {
	h, err := e.open(ctx)
	if err != nil {
		return err
	}
	defer h.Close()
	if err := h.Feeds.SetMinutes(ctx, operator(), e.Name, e.Minutes); err != nil {
		return err
	}
	fmt.Println("every", e.Minutes, "minutes")
	return nil
}

type feedCSVCmd struct {
	place
	Name    string `arg:"" help:"Name of the feed."`
	File    string `arg:"" type:"existingfile" help:"CSV file of people."`
	Units   string `type:"existingfile" help:"CSV file of units."`
	Part    bool   `help:"The files are a part: who is not in them stays. Without it they leave."`
	DryRun  bool   `xor:"do" help:"Say what would be done, and change nothing. The run is kept, and can be applied."`
	Apply   bool   `xor:"do" help:"Do it."`
	Confirm bool   `help:"Do it however many leave."`
}

// Run plans the difference, says it, and applies it where that was asked.
func (c feedCSVCmd) Run(ctx context.Context) error {
	if !c.DryRun && !c.Apply {
		return errs.E(errs.Invalid, "say --dry-run or --apply")
	}
	h, err := c.open(ctx)
	if err != nil {
		return err
	}
	defer h.Close()
	f, err := h.Feeds.Find(ctx, operator(), c.Name)
	if err != nil {
		return err
	}
	pic := house.FeedPicture{WholePeople: !c.Part, WholeUnits: !c.Part && c.Units != ""}
	if err := c.read(&pic, f.NameLanguage()); err != nil {
		return err
	}
	r, err := h.Feeds.Plan(ctx, operator(), f, pic)
	if err != nil {
		return err
	}
	return finish(ctx, h, r, c.Apply, c.Confirm)
}

func (c feedCSVCmd) read(pic *house.FeedPicture, language string) error {
	file, err := os.Open(c.File)
	if err != nil {
		return err
	}
	defer file.Close()
	if err := pic.ReadPeople(c.File, bufio.NewReader(file)); err != nil || c.Units == "" {
		return err
	}
	units, err := os.Open(c.Units)
	if err != nil {
		return err
	}
	defer units.Close()
	return pic.ReadUnits(c.Units, bufio.NewReader(units), language)
}

type feedPullCmd struct {
	place
	Name    string `arg:"" help:"Name of the feed."`
	DryRun  bool   `xor:"do" help:"Say what would be done, and change nothing. The run is kept, and can be applied."`
	Apply   bool   `xor:"do" help:"Do it."`
	Confirm bool   `help:"Do it however many leave."`
}

// Run asks the directory, says the difference, and applies it where that was asked.
func (c feedPullCmd) Run(ctx context.Context) error {
	if !c.DryRun && !c.Apply {
		return errs.E(errs.Invalid, "say --dry-run or --apply")
	}
	h, err := c.open(ctx)
	if err != nil {
		return err
	}
	defer h.Close()
	f, err := h.Feeds.Find(ctx, operator(), c.Name)
	if err != nil {
		return err
	}
	pic, err := h.Feeds.Pull(ctx, f)
	if err != nil {
		return err
	}
	r, err := h.Feeds.Plan(ctx, operator(), f, pic)
	if err != nil {
		return err
	}
	return finish(ctx, h, r, c.Apply, c.Confirm)
}

// finish says what a run does and applies it where that was asked.
func finish(ctx context.Context, h *house.House, r house.FeedRun, apply, confirm bool) error {
	out := bufio.NewWriter(os.Stdout)
	if err := errors.Join(h.Feeds.Tell(ctx, operator(), out, r.ID), out.Flush()); err != nil {
		return err
	}
	fmt.Println("run", r.Text())
	if !apply || r.Steps == 0 && r.Refused == 0 {
		return nil
	}
	r, err := h.Feeds.Apply(ctx, operator(), r.ID, confirm)
	if err == nil {
		fmt.Printf("done: %d steps\n", r.Done)
	}
	return err
}

type feedRunsCmd struct {
	place
	Name string `arg:"" help:"Name of the feed."`
}

// Run lists runs, the newest first.
func (c feedRunsCmd) Run(ctx context.Context) error {
	h, err := c.open(ctx)
	if err != nil {
		return err
	}
	defer h.Close()
	f, err := h.Feeds.Find(ctx, operator(), c.Name)
	if err != nil {
		return err
	}
	list, err := h.Feeds.Runs(ctx, operator(), f, 50)
	if err != nil {
		return err
	}
	out := tabwriter.NewWriter(os.Stdout, 0, 4, 2, ' ', 0)
	for _, r := range list {
		fmt.Fprintf(out, "%s\t%s\t%s\t%s\t%d of %d steps\t%d refused\t%d skipped\t%s\n", r.Text(), r.Made.Local().Format("2006-01-02 15:04"), r.Kind, r.State, r.Done, r.Steps, r.Refused, r.Skipped, r.Problem)
	}
	return out.Flush()
}

// runArg names a run.
type runArg struct {
	place
	ID string `arg:"" name:"run" help:"Name of the run, as the plan says it."`
}

type feedShowCmd struct{ runArg }

// Run says what a run does.
func (c feedShowCmd) Run(ctx context.Context) error {
	run, err := house.ParseFeedRun(c.ID)
	if err != nil {
		return err
	}
	h, err := c.open(ctx)
	if err != nil {
		return err
	}
	defer h.Close()
	out := bufio.NewWriter(os.Stdout)
	return errors.Join(h.Feeds.Tell(ctx, operator(), out, run), out.Flush())
}

type feedApplyCmd struct {
	runArg
	Confirm bool `help:"Do it however many leave."`
}

// Run applies a run.
func (c feedApplyCmd) Run(ctx context.Context) error {
	run, err := house.ParseFeedRun(c.ID)
	if err != nil {
		return err
	}
	h, err := c.open(ctx)
	if err != nil {
		return err
	}
	defer h.Close()
	r, err := h.Feeds.Apply(ctx, operator(), run, c.Confirm)
	if err == nil {
		fmt.Printf("done: %d steps\n", r.Done)
	}
	return err
}

type feedRollbackCmd struct {
	runArg
	Apply   bool `help:"Go the way back, not only plan it."`
	Confirm bool `help:"Do it however many leave."`
}

// Run plans the way back from a run, and goes it where that was asked.
func (c feedRollbackCmd) Run(ctx context.Context) error {
	run, err := house.ParseFeedRun(c.ID)
	if err != nil {
		return err
	}
	h, err := c.open(ctx)
	if err != nil {
		return err
	}
	defer h.Close()
	r, err := h.Feeds.Rollback(ctx, operator(), run)
	if err != nil {
		return err
	}
	return finish(ctx, h, r, c.Apply, c.Confirm)
}
