package house

import (
	"context"
	"errors"
	"log/slog"
	"os"

	"chancery/approval"
	"chancery/contacts"
	"chancery/directory"
	"chancery/directory/application"
	"chancery/directory/feed"
	"chancery/directory/rulebook"
	jmapdoor "chancery/doors/jmap"
	"chancery/drive"
	"chancery/identity"
	"chancery/identity/agency"
	"chancery/identity/cert"
	"chancery/identity/oidc"
	"chancery/identity/saml"
	"chancery/identity/sms"
	"chancery/kit/clock"
	"chancery/kit/errs"
	"chancery/mail"
	"chancery/mail/convert"
	"chancery/mail/pace"
	"chancery/search"
	"chancery/store"
)

// House is the store and the rooms, without any door open. Administration
// beside a running server uses it too.
type House struct {
	Store        *store.Store
	Directory    *directory.Directory
	Feeds        *feed.Feeds
	Applications *application.Desk
	Rulebook     *rulebook.Book
	Identity     *identity.Identity
	SSO          *oidc.Provider
	SAML         *saml.Provider
	Agency       *agency.Desk
	Certificates *cert.Desk
	Approvals    *approval.Desk
	Mail         *mail.Room
	Contacts     *contacts.Room
	Drive        *drive.Room
	Index        *search.Index

	jmap    *jmapdoor.Door
	courier *sms.Courier // nil: nothing is written to telephones

	machines *cert.Devices // whom the doors know machines by; set with them

	dir  string
	conf Config
	log  *slog.Logger
}

// Open opens the store in a data directory and builds the rooms.
func Open(ctx context.Context, dir string, c Config, log *slog.Logger) (*House, error) {
	opt, err := c.StoreOptions(dir)
	if err != nil {
		return nil, err
	}
	opt.Log = log
	h := &House{dir: dir, conf: c, log: log}
	if h.Store, err = store.Open(ctx, opt); err != nil {
		return nil, err
	}
	if err := h.build(ctx); err != nil {
		h.Close()
		return nil, err
	}
	return h, nil
}

func (h *House) build(ctx context.Context) error {
	if _, err := h.conf.left(); err != nil {
		return err
	}
	for _, part := range []func(context.Context, clock.Clock) error{h.people, h.waysIn, h.mailRoom, h.otherRooms} {
		if err := part(ctx, clock.System{}); err != nil {
			return err
		}
	}
	return nil
}

// people opens the record and the directory, with what brings people into it.
func (h *House) people(ctx context.Context, now clock.Clock) (err error) {
	if err = h.record(ctx); err != nil {
		return err
	}
	if h.Directory, err = directory.New(ctx, h.Store, now); err != nil {
		return err
	}
	if err = h.Directory.BeginCategories(ctx, h.conf.People.Categories); err != nil {
		return errs.Wrap(errs.KindOf(err), err, "people.categories: %s", errs.Text(err))
	}
	h.Feeds, err = feed.New(ctx, h.Store, h.Directory, h.conf.feeds(), now, h.log)
	return err
}

// waysIn opens sign-in, and single sign-on to other systems and from them.
func (h *House) waysIn(ctx context.Context, now clock.Clock) error {
	signIn, err := h.conf.identity()
	if err != nil {
		return err
	}
	if h.Identity, err = identity.New(ctx, h.Store, h.Directory, signIn, now, h.log); err != nil {
		return err
	}
	if h.SSO, err = oidc.New(ctx, h.Store, h.Identity, h.Directory, h.mayMail, oidc.Config{}, now, h.log); err != nil {
		return err
	}
	if h.SAML, err = saml.New(ctx, h.Store, h.Directory, saml.Config{}, now, h.log); err != nil {
		return err
	}
	if h.Agency, err = agency.New(ctx, h.Store, h.Identity, h.Directory, h.SAML, agency.Config{}, now, h.log); err != nil {
		return err
	}
	return h.certificates(ctx, now)
}

func (h *House) mailRoom(ctx context.Context, now clock.Clock) error {
	out, err := h.conf.outbound()
	if err != nil {
		return err
	}
	secrecy, err := h.conf.Secrecy.rules()
	if err != nil {
		return err
	}
	h.Mail, err = mail.New(ctx, h.Store, h.Directory, mail.Config{
		Hostname: h.conf.Hostname, MaxMessage: int64(h.conf.Mail.MaxMessage), MaxAttachments: int64(h.conf.Mail.MaxAttachments), DefaultQuota: int64(h.conf.Mail.DefaultQuota),
		MaxRecipients: h.conf.SMTP.MaxRecipients, Pace: pace.Limits{Letters: int64(h.conf.Mail.LettersPerHour), Recipients: int64(h.conf.Mail.RecipientsPerDay)}, ForwardOutside: h.conf.Mail.ForwardOutside, Postmaster: h.conf.Mail.Postmaster, Outbound: out,
		Authenticity: h.conf.authenticity(), ReportAddress: h.conf.Mail.ReportAddress,
		OneClick: mail.OneClick{Off: !h.conf.Mail.OneClick}, Secrecy: secrecy, Review: mail.Review{FourEyes: h.conf.Review.FourEyes, Second: h.conf.Review.SecondPerson, JournalDays: h.conf.Review.JournalDays},
		Sieve: h.conf.sieve(), MaxScripts: h.conf.Sieve.MaxScripts, MaxRules: h.conf.Sieve.MaxRules, TemplateFiles: int64(h.conf.Mail.TemplateFiles),
	}, now, h.log)
	return err
}

// otherRooms opens what writes letters or wakes clients by way of mail.
func (h *House) otherRooms(ctx context.Context, now clock.Clock) (err error) {
	if h.Approvals, err = approval.New(ctx, h.Store, h.Directory, notices{h}, h.Mail.Wake, now, h.log); err != nil {
		return err
	}
	h.Mail.UseApprovals(h.Approvals)
	h.Identity.UseNotices(notices{h})
	rules, err := h.conf.rulesInForce()
	if err != nil {
		return err
	}
	h.Identity.UseRules(rules)
	if err := h.telephones(ctx, now); err != nil {
		return err
	}
	h.Certificates.UseLetters(notices{h})
	h.Feeds.UseNotices(notices{h})
	h.Agency.UseLetters(notices{h})
	if h.Applications, err = application.New(ctx, h.Store, h.Directory, h.conf.applications(), notices{h}, now, h.log); err != nil {
		return err
	}
	if h.Rulebook, err = rulebook.New(ctx, h.Store, h.Directory, rulebook.Config{MaxVersions: h.conf.Rulebook.MaxVersions, MaxText: int(h.conf.Rulebook.MaxText)}, notices{h}, h.Mail.Wake, now, h.log); err != nil {
		return err
	}
	h.Identity.UseRegulations(regulations{h})
	// Mail is what clients listen to; it wakes them for the other rooms too.
	h.Directory.OnPreference(h.Mail.Wake)
	h.administration()
	if h.Contacts, err = contacts.New(ctx, h.Store, h.Directory, contacts.Config{Changed: h.Mail.Wake, CardDAV: h.conf.cardDAV()}, now, h.log); err != nil {
		return err
	}
	if h.Drive, err = drive.New(ctx, h.Store, h.Directory, h.driveConfig(), now, h.log); err != nil {
		return err
	}
	if h.Index, err = search.Open(ctx, h.Store); err != nil {
		return err
	}
	h.Mail.UseIndex(h.Index)
	h.Mail.UseOffice(convert.New(convert.Config{Program: h.conf.Mail.LibreOffice, Log: h.log.With("part", "convert")}))
	return nil
}

// Close closes the store after running transactions.
func (h *House) Close() error {
	var err error
	if h.Identity != nil {
		h.Identity.Wait()
	}
	if h.Rulebook != nil {
		h.Rulebook.Wait()
	}
	if h.Approvals != nil {
		h.Approvals.Wait()
	}
	if h.Drive != nil {
		h.Drive.Wait()
	}
	if h.Index != nil {
		err = h.Index.Close()
	}
	if h.courier != nil {
		err = errors.Join(err, h.courier.Close())
	}
	return errors.Join(err, h.Store.Close())
}

// StoreOptions says where the store of a data directory is.
func (c Config) StoreOptions(dir string) (store.Options, error) {
	opt := store.Options{Dir: dir, URL: c.Storage.Database}
	key := os.Getenv(EnvPrefix + "MASTER_KEY")
	if key == "" && c.Storage.MasterKeyFile != "" {
		text, err := os.ReadFile(c.Storage.MasterKeyFile)
		if err != nil {
			return opt, errs.Wrap(errs.Invalid, err, "cannot read storage.master_key_file")
		}
		key = string(text)
	}
	if key != "" {
		var err error
		if opt.MasterKey, err = store.ParseMasterKey(key); err != nil {
			return opt, err
		}
	}
	if s3 := c.Storage.S3; s3.Endpoint != "" {
		opt.S3 = &store.S3Options{Endpoint: s3.Endpoint, Bucket: s3.Bucket, Prefix: s3.Prefix, AccessKey: s3.AccessKey, SecretKey: s3.SecretKey, Region: s3.Region, Insecure: s3.Insecure}
	}
	return opt, nil
}
