package main

import (
	"bufio"
	"context"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"os"
	"runtime"
	"strings"
	"sync"

	"chancery/directory"
	"chancery/house"
	"chancery/identity"
	"chancery/kit/errs"
	"chancery/policy"
)

// accountCmd is `chancery account`.
type accountCmd struct {
	Add      addCmd      `cmd:"" help:"Add an account."`
	Password passwordCmd `cmd:"" help:"Give an account another password, and open it again if it is locked."`
	Clear    clearCmd    `cmd:"" help:"Say up to which level of secrecy an account may see letters."`
	Import   importCmd   `cmd:"" help:"Add the accounts of a CSV file with the columns address,password,name,unit."`
}

type addCmd struct {
	place
	Address       string `arg:"" help:"Mail address, which is also the name to sign in with."`
	PasswordStdin bool   `required:"" help:"Read the password from standard input, to the end of its first line."`
	Name          string `help:"Name shown to others."`
	Unit          string `help:"Name of the unit."`
	Admin         bool   `help:"Make the account an administrator's."`
	Once          bool   `help:"The password is for one sign-in only: the person then chooses another one."`
}

// Run adds one account.
func (a addCmd) Run(ctx context.Context) error {
	password, err := readPassword(os.Stdin)
	if err != nil {
		return err
	}
	h, err := a.open(ctx)
	if err != nil {
		return err
	}
	defer h.Close()
	acc, err := h.AddAccount(ctx, operator(), house.NewAccount{Address: a.Address, Name: a.Name, Unit: a.Unit, Admin: a.Admin, Once: a.Once, PasswordHash: identity.HashPassword(password)})
	if err == nil {
		fmt.Println("added", acc.Address)
	}
	return err
}

type clearCmd struct {
	place
	Address string `arg:"" help:"Mail address of the account."`
	Level   string `arg:"" help:"public, internal, confidential, secret or top-secret."`
}

// Run gives an account a clearance.
func (c clearCmd) Run(ctx context.Context) error {
	level, err := policy.LevelOf(c.Level)
	if err != nil {
		return err
	}
	h, err := c.open(ctx)
	if err != nil {
		return err
	}
	defer h.Close()
	a, _, err := h.Directory.Resolve(ctx, c.Address)
	if err != nil {
		return err
	}
	if err = h.Directory.SetClearance(ctx, operator(), a.ID, level); err == nil {
		fmt.Println(a.Address, "may see letters up to", level)
	}
	return err
}

// operator is the subject of what is done at the machine itself.
func operator() policy.Subject {
	s := policy.System(directory.DefaultOrg)
	s.Door = "command line"
	s.Address = os.Getenv("USER")
	return s
}

type importCmd struct {
	place
	File  string `arg:"" type:"existingfile" help:"CSV file."`
	Final bool   `help:"Take the passwords as they are, for tests and migrations. Without it they are for one sign-in only, at which people choose another one."`
}

// Run adds all accounts of the file, or none when a line is wrong.
func (i importCmd) Run(ctx context.Context) error {
	rows, err := readAccounts(i.File)
	if err != nil {
		return err
	}
	hashAll(rows)
	for n := range rows {
		rows[n].Once = !i.Final
	}
	h, err := i.open(ctx)
	if err != nil {
		return err
	}
	defer h.Close()
	if err := h.AddAccounts(ctx, operator(), rows); err != nil {
		return err
	}
	fmt.Printf("imported %d accounts\n", len(rows))
	return nil
}

// readAccounts reads and checks the whole file before anything is changed.
func readAccounts(path string) ([]house.NewAccount, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	r := csv.NewReader(bufio.NewReader(f))
	header, err := r.Read()
	if err != nil {
		return nil, errs.Wrap(errs.Invalid, err, "%s has no header line address,password,name,unit", path)
	}
	column := map[string]int{}
	for n, name := range header {
		name = strings.ToLower(strings.TrimSpace(strings.TrimPrefix(name, "\ufeff")))
		switch name {
		case "address", "password", "name", "unit":
			column[name] = n
		default:
			return nil, errs.E(errs.Invalid, "%s line 1: there is no column %q; the columns are address,password,name,unit", path, name)
		}
	}
	var out []house.NewAccount
	seen := map[string]bool{}
	for {
		row, err := r.Read()
		if errors.Is(err, io.EOF) {
			return out, nil
		}
		line, _ := r.FieldPos(0)
		if err != nil {
			return nil, errs.Wrap(errs.Invalid, err, "%s cannot be read", path)
		}
		get := func(name string) string {
			if n, ok := column[name]; ok {
				return row[n]
			}
			return ""
		}
		address, err := directory.NormalAddress(get("address"))
		switch {
		case err != nil:
			return nil, errs.E(errs.Invalid, "%s line %d: %s", path, line, errs.Text(err))
		case seen[address]:
			return nil, errs.E(errs.Invalid, "%s line %d: %s stands there twice", path, line, address)
		case get("password") == "":
			return nil, errs.E(errs.Invalid, "%s line %d: %s has no password", path, line, address)
		}
		seen[address] = true
		out = append(out, house.NewAccount{Address: address, Name: get("name"), Unit: get("unit"), PasswordHash: get("password")})
	}
}

// hashAll replaces the passwords by their hashes, on all processors.
func hashAll(rows []house.NewAccount) {
	var wg sync.WaitGroup
	next := make(chan int)
	for range runtime.GOMAXPROCS(0) {
		wg.Go(func() {
			for n := range next {
				rows[n].PasswordHash = identity.HashPassword(rows[n].PasswordHash)
			}
		})
	}
	for n := range rows {
		next <- n
	}
	close(next)
	wg.Wait()
}
