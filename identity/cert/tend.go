package cert

import (
	"context"
	"time"

	"chancery/directory"
	"chancery/store"
)

// warnBefore is how long before its end a person is told of a certificate.
const warnBefore = 30 * 24 * time.Hour

// tendBatch is how many one transaction is about.
const tendBatch = 500

// Ending is a certificate that ends soon.
type Ending struct {
	Account        directory.Account
	Holder, Author string // what people call its subject and its issuer
	Ends           time.Time
}

// ending is one as it is stored.
type ending struct {
	org, id, account, ends int64
	holder, author         string
}

// UseLetters sets who tells people; until then nobody does.
func (d *Desk) UseLetters(l Letters) { d.letters = l }

// Every is how often Tend is to be called.
func (d *Desk) Every() time.Duration { return d.conf.Recheck }

// Tend looks again at the certificates that let somebody in, and tells people
// of theirs that end soon, once each. To be called every [Desk.Every]; several
// servers of one database may do so side by side.
func (d *Desk) Tend(ctx context.Context) error {
	if err := d.lookAgain(ctx); err != nil || d.letters == nil {
		return err
	}
	for {
		now := d.clock.Now()
		var soon []ending
		err := d.db.Write(ctx, func(tx *store.Tx) (err error) {
			all, err := selectEnding(ctx, tx, now.UnixMilli(), now.Add(warnBefore).UnixMilli(), tendBatch)
			soon = nil
			for _, e := range all {
				mine, err := noteEnding(ctx, tx, e)
				if err != nil {
					return err
				}
				if mine { // else another server was quicker
					soon = append(soon, e)
				}
			}
			return err
		})
		if err != nil {
			return err
		}
		for _, e := range soon {
			a, err := d.dir.Account(ctx, e.org, e.account)
			if err == nil && !a.Locked {
				err = d.letters.CertificateEnds(ctx, Ending{a, e.holder, e.author, time.UnixMilli(e.ends).UTC()})
			}
			if err != nil {
				d.log.Error("cert: a certificate that ends was not told", "account", e.account, "error", err)
			}
		}
		if len(soon) < tendBatch {
			return nil
		}
	}
}
