package house

import (
	"context"
	"net"
	"net/netip"
	"os"
	"strings"
	"time"

	"chancery/kit/conf"
	"chancery/kit/errs"
	"chancery/mail"
	"chancery/wire/mailauth"
	"chancery/wire/sieve"
)

// EnvPrefix begins the name of every environment variable that overrides a
// setting.
const EnvPrefix = "CHANCERY_"

// Config is the one configuration file. Every field is optional.
type Config struct {
	sources []conf.Setting // as they were loaded; see rulesInForce

	Presets []string `toml:"presets" doc:"Sets of settings that ship with the program, one laid over the other; this file and the environment go before them. chancery config presets lists them." example:"da-nang,single-phone"`

	Without []string `toml:"without" doc:"Parts that this server leaves out, where several share the work: drive (large files by link), console (administration), provider (sign-on of other systems by OpenID Connect and SAML), agency (sign-in by providers of the agency's own), applications, feeds. It answers nothing of them and does none of their work. A door is left out by leaving its address empty, CardDAV by dav.carddav." example:"drive,console,provider"`

	Hostname string `toml:"hostname" doc:"The name of this machine as other mail servers see it. Empty: the machine's own name."`

	Log struct {
		Level string `toml:"level" default:"info" doc:"What is logged: debug, info, warn, error."`
		JSON  bool   `toml:"json" default:"false" doc:"Write log lines as JSON."`
	} `toml:"log"`

	Storage struct {
		Database      string `toml:"database" doc:"Where the rows are. Empty: SQLite in the data directory, encrypted. Or a PostgreSQL URL." example:"postgres://chancery@db.internal/chancery"`
		MasterKeyFile string `toml:"master_key_file" doc:"A file with the master key (64 hex digits). Empty: master.key in the data directory, made on first start. The variable CHANCERY_MASTER_KEY holds the key itself."`
		S3            struct {
			Endpoint  string `toml:"endpoint" doc:"host:port of an S3-compatible store for the blobs. Empty: files in the data directory." example:"s3.internal:9000"`
			Bucket    string `toml:"bucket" default:"chancery" doc:"The bucket, which must exist."`
			Prefix    string `toml:"prefix" doc:"Text before every object name."`
			AccessKey string `toml:"access_key" doc:"The access key."`
			SecretKey string `toml:"secret_key" doc:"The secret key; better given by the environment."`
			Region    string `toml:"region" doc:"The region, if the store has several."`
			Insecure  bool   `toml:"insecure" default:"false" doc:"Plain HTTP, for a store on the same machine."`
		} `toml:"s3"`
	} `toml:"storage"`

	TLS struct {
		Certificate string `toml:"certificate" doc:"PEM file with the certificate and its chain. Empty: a self-signed one in the data directory."`
		Key         string `toml:"key" doc:"PEM file with the private key."`
	} `toml:"tls"`

	Audit struct {
		CheckpointEvery time.Duration `toml:"checkpoint_every" default:"5m" doc:"How often the audit record is signed when something was added to it; at least a second. What came after the newest signature could be changed unseen by whoever can write into the database."`
	} `toml:"audit"`

	Network struct {
		Inner   []string `toml:"inner" default:"127.0.0.0/8,::1/128,10.0.0.0/8,172.16.0.0/12,192.168.0.0/16,fc00::/7" doc:"Address ranges of the agency's own network."`
		Mapped  []string `toml:"mapped" doc:"Ports under which a router shows those of this server, for what mail programs are told: outside=inside." example:"993=9993,465=8465"`
		Proxies []string `toml:"proxies" doc:"Address ranges of proxies whose X-Forwarded-For is believed." example:"10.0.0.1/32"`
	} `toml:"network"`

	Zones struct {
		Inner ZoneConfig `toml:"inner"`
		VPN   ZoneConfig `toml:"vpn"`
		Outer ZoneConfig `toml:"outer"`
	} `toml:"zones"`

	Certificates CertificateConfig `toml:"certificates"`

	Passwords struct {
		MinLength     int           `toml:"min_length" default:"10" doc:"Characters that a password needs at least."`
		Classes       int           `toml:"classes" default:"0" doc:"Of capital letters, small letters, digits and signs, how many must be in a password: 0 to 4."`
		FirstDays     int           `toml:"first_days" default:"3" doc:"Working days within which a one-time password has to be replaced by one of the person's own; then the account is locked. 0: no limit."`
		MaxMonths     int           `toml:"max_months" default:"0" doc:"Months after which a password has to be replaced; people are warned 14, 7 and 1 days before, then the account is locked. 0: never." example:"6"`
		JudgedFor     time.Duration `toml:"judged_for" default:"0s" doc:"How long a right password is believed that an agency's directory judged, for mail programs that sign in often; 15 minutes at most. 0: it is asked each time."`
		SecondAddress bool          `toml:"second_address" default:"true" doc:"Let people register an address elsewhere, and choose a password anew by a link that is sent there. Administrators cannot, and second factors stay as they are."`
	} `toml:"passwords"`

	Workdays struct {
		Country string `toml:"country" doc:"Whose holidays and made up days hold where working days are counted: CN, KR, TW, VN. Empty: Monday to Friday." example:"TW"`
		File    string `toml:"file" doc:"A file of such days instead; each line is a date, off or work, and a name." example:"/etc/chancery/days.txt"`
	} `toml:"workdays"`

	Devices struct {
		Listeners   []string `toml:"listeners" doc:"Addresses of this server, with a port or without, at which only machines may enter that have a certificate of their own: the TLS handshake asks for it, before anything else. certificates.revocation and its lists hold for them too. A zone of these addresses says who may sign in from there." example:"10.1.0.5:443"`
		Authorities []string `toml:"authorities" doc:"Files and folders with the certificates of the authorities of such machines (PEM or DER), which should be of nobody else." example:"/etc/chancery/machines.pem"`

		Phones   string        `toml:"phones" default:"many" doc:"Mobile devices that an account is signed in with at a time: many; replace (a second one ends the first); refuse (a second one is refused)."`
		KnownFor time.Duration `toml:"known_for" default:"8760h" doc:"How long a device that is not used stays known."`
		Tell     bool          `toml:"tell" default:"true" doc:"Write to people when a device that was not known before signs in to their account."`
	} `toml:"devices"`

	SMS SMSConfig `toml:"sms"`

	Applications struct {
		Open      bool      `toml:"open" default:"false" doc:"Let people apply for an account from the sign-in page, with papers; personnel officers decide in the room Administration."`
		KeepDays  int       `toml:"keep_days" default:"60" doc:"Days until an application that nobody decided is deleted, and the applicant told."`
		MaxPapers int       `toml:"max_papers" default:"5" doc:"Files of one application."`
		MaxPaper  conf.Size `toml:"max_paper" default:"5MB" doc:"Largest of them."`
		PerHour   int       `toml:"per_hour" default:"10" doc:"Applications from one network in an hour, at all servers together."`
	} `toml:"applications"`

	People struct {
		Categories string `toml:"categories" doc:"The country whose kinds of staff an organisation begins with that has none: CN, KR, TW, VN. They are data: the console changes them." example:"VN"`
	} `toml:"people"`

	Secrecy SecrecyConfig `toml:"secrecy"`

	Review ReviewConfig `toml:"review"`

	Rulebook struct {
		MaxVersions int       `toml:"max_versions" default:"500" doc:"Versions of regulations that an organisation keeps, with drafts."`
		MaxText     conf.Size `toml:"max_text" default:"64KB" doc:"Largest regulation, in one language."`
	} `toml:"rulebook"`

	Feeds struct {
		PerMinute int       `toml:"per_minute" default:"3000" doc:"Requests that a system that keeps people here may make in a minute."`
		Wrong     int       `toml:"wrong_per_minute" default:"20" doc:"Wrong tokens and signatures from one address in a minute before it has to wait."`
		MaxBody   conf.Size `toml:"max_body" default:"4MB" doc:"Largest request of such a system."`
	} `toml:"feeds"`

	HTTP struct {
		Listen     string        `toml:"listen" default:":80" doc:"Address of plain HTTP; empty closes it."`
		ListenTLS  string        `toml:"listen_tls" default:":443" doc:"Address of HTTPS; empty closes it."`
		PushInside bool          `toml:"push_inside" default:"false" doc:"Let push subscriptions (RFC 8620 section 7.2) point to addresses of private networks and of this machine."`
		Idle       time.Duration `toml:"session_idle" default:"12h" doc:"After what time without use a session of the web client ends."`
		Life       time.Duration `toml:"session_life" default:"168h" doc:"After what time a session of the web client ends in any case."`
		PushKey    string        `toml:"push_key" doc:"File of the private key that signs web pushes (PEM, P-256). Empty: made once in the data directory; servers that share a database share this file." example:"/etc/chancery/push.key"`
		PushName   string        `toml:"push_contact" doc:"How push services reach whoever runs the server: a mailto: or https: URL." example:"mailto:postmaster@city.example"`
		Offline    bool          `toml:"offline" default:"true" doc:"Let people keep recent mail in the browser, encrypted, for work without a line."`
		BaseURL    string        `toml:"base_url" doc:"The address people use. Empty: taken from each request." example:"https://mail.city.example"`
	} `toml:"http"`

	IMAP struct {
		Listen        string `toml:"listen" default:":143" doc:"Address of IMAP with STARTTLS; empty closes it."`
		ListenTLS     string `toml:"listen_tls" default:":993" doc:"Address of IMAP over TLS; empty closes it."`
		PlainLoopback bool   `toml:"plain_loopback" default:"false" doc:"Let programs on this machine sign in without TLS."`
	} `toml:"imap"`

	POP struct {
		Listen        string `toml:"listen" doc:"Address of POP3 with STLS; empty closes it." example:":110"`
		ListenTLS     string `toml:"listen_tls" doc:"Address of POP3 over TLS; empty closes it." example:":995"`
		PlainLoopback bool   `toml:"plain_loopback" default:"false" doc:"Let programs on this machine sign in without TLS."`
	} `toml:"pop"`

	LDAP struct {
		Listen        string `toml:"listen" doc:"Address of the address book over LDAP with StartTLS; empty closes it." example:":389"`
		ListenTLS     string `toml:"listen_tls" doc:"Address of LDAP over TLS; empty closes it." example:":636"`
		MaxEntries    int    `toml:"max_entries" default:"1000" doc:"Entries of one answer or page."`
		PlainLoopback bool   `toml:"plain_loopback" default:"false" doc:"Let programs on this machine sign in without TLS."`
	} `toml:"ldap"`

	DAV struct {
		CardDAV      bool `toml:"carddav" default:"true" doc:"Offer address books to telephones and programs that speak CardDAV, at /dav/ of the web address."`
		Organisation bool `toml:"organisation" default:"true" doc:"Offer the organisation's address book there too, read only."`
		WholeUpTo    int  `toml:"organisation_whole" default:"5000" doc:"How many people the organisation can have for its address book to be taken whole; above that programs can only search it. 0: only search."`
		MaxMatches   int  `toml:"max_matches" default:"1000" doc:"Cards of one answer to a search."`
	} `toml:"dav"`

	SMTP struct {
		Listen        string `toml:"listen" default:":25" doc:"Address where other servers deliver; empty closes it."`
		Submission    string `toml:"submission" default:":587" doc:"Address where mail programs submit, with STARTTLS; empty closes it."`
		SubmissionTLS string `toml:"submission_tls" default:":465" doc:"Address where mail programs submit over TLS; empty closes it."`
		PlainLoopback bool   `toml:"plain_loopback" default:"false" doc:"Let programs on this machine sign in without TLS."`
		MaxRecipients int    `toml:"max_recipients" default:"1000" doc:"Recipients of one message."`
	} `toml:"smtp"`

	Queue struct {
		Smarthost    string        `toml:"smarthost" doc:"host:port that takes all mail for outside. Empty: each domain's own servers." example:"relay.city.example:587"`
		SmarthostTLS string        `toml:"smarthost_tls" default:"starttls" doc:"How the smarthost is spoken to: starttls, tls, none."`
		User         string        `toml:"user" doc:"Name to sign in with at the smarthost."`
		Password     string        `toml:"password" doc:"Password for the smarthost; better given by the environment."`
		Routes       []string      `toml:"routes" doc:"Domains with servers of their own: domain=host:port." example:"branch.city.example=10.2.0.25:25"`
		Resolver     string        `toml:"resolver" doc:"DNS server, host:port. Empty: the machine's." example:"10.0.0.53:53"`
		GiveUpAfter  time.Duration `toml:"give_up_after" default:"120h" doc:"How long delivery is tried."`
		Concurrency  int           `toml:"concurrency" default:"20" doc:"Deliveries at the same time."`
		Lease        time.Duration `toml:"lease" default:"5m" doc:"After what time a server takes over the deliveries of another that died. Matters where several share a database."`
	} `toml:"queue"`

	Mail struct {
		Postmaster string    `toml:"postmaster" doc:"Address that gets what is sent to postmaster. Empty: the first administrator."`
		MaxMessage conf.Size `toml:"max_message" default:"100MB" doc:"Largest message taken."`

		MaxAttachments conf.Size `toml:"max_attachments" default:"0" doc:"What the files of one letter that people here write may have together. 0: three quarters of max_message." example:"20MB"`

		LettersPerHour   int  `toml:"letters_per_hour" default:"0" doc:"Letters that an account may send within an hour of the clock, by whatever door; those that rules send on outside count too. 0: no limit." example:"300"`
		RecipientsPerDay int  `toml:"recipients_per_day" default:"0" doc:"Recipients that the letters of an account may have within a day. 0: no limit." example:"2000"`
		ForwardOutside   bool `toml:"forward_outside" default:"false" doc:"Let people's rules send letters on to addresses outside the organisation. A letter stays where its level or a rule of the organisation keeps it."`

		LibreOffice  string    `toml:"libreoffice" doc:"The program that turns office documents into PDF for looking at them. Empty: soffice, where it is installed." example:"/opt/libreoffice/program/soffice"`
		DefaultQuota conf.Size `toml:"default_quota" default:"2GB" doc:"Space of an account that has no quota of its own; 0 = no limit."`

		ReportAddress string `toml:"report_address" doc:"Address that gets the letters people report as suspicious. Empty: the report is only recorded." example:"soc@city.example"`

		OneClick bool `toml:"one_click" default:"true" doc:"Let people leave outside mailing lists by one click (RFC 8058): the server sends the request that the sender signed, to public addresses only."`

		Authenticity bool `toml:"authenticity" default:"true" doc:"Check SPF, DKIM and DMARC of letters from outside and note the result."`
		DMARCReject  bool `toml:"dmarc_reject" default:"false" doc:"Refuse letters that fail DMARC where the owner of the domain asks for that (p=reject)."`

		TemplateFiles conf.Size `toml:"template_files" default:"25MB" doc:"Files that one template may hold, together."`
	} `toml:"mail"`

	Parcels ParcelSettings `toml:"parcels"`

	Sieve struct {
		MaxScripts   int       `toml:"max_scripts" default:"50" doc:"Scripts of an account."`
		MaxScript    conf.Size `toml:"max_script" default:"256KB" doc:"Largest script."`
		MaxRules     int       `toml:"max_rules" default:"500" doc:"Rules of an account."`
		MaxRedirects int       `toml:"max_redirects" default:"8" doc:"Addresses that a script may send one letter on to."`
		MaxActions   int       `toml:"max_actions" default:"64" doc:"Things that a script may do with one letter."`
		MaxSteps     int       `toml:"max_steps" default:"20000000" doc:"Work that a script may make of one letter, in steps."`
		MaxNesting   int       `toml:"max_nesting" default:"32" doc:"Blocks and tests of a script within one another."`
		MaxBody      conf.Size `toml:"max_body" default:"1MB" doc:"How much of a body a script looks at."`
	} `toml:"sieve"`

	Admin struct {
		CombineRoles bool `toml:"combine_roles" default:"false" doc:"Let one person operate, grant roles and read the record, as very small offices must. Without it these powers exclude one another."`
	} `toml:"admin"`
}

// LoadConfig reads the file (none when path is empty) and the environment,
// over the presets that they name.
func LoadConfig(path string) (Config, error) {
	var c Config
	if err := conf.Load(path, EnvPrefix, os.Environ(), &c); err != nil {
		return c, err
	}
	layers, err := presets(c.Presets)
	if err != nil {
		return c, err
	}
	if len(layers) > 0 {
		c = Config{}
		if err := conf.Load(path, EnvPrefix, os.Environ(), &c, layers...); err != nil {
			return c, err
		}
	}
	if c.sources, err = conf.Settings(path, EnvPrefix, os.Environ(), &c, layers...); err != nil {
		return c, err
	}
	if c.Hostname == "" {
		name, err := os.Hostname()
		if err != nil {
			name = "localhost"
		}
		c.Hostname = name
	}
	return c, nil
}

// outbound reads the settings of the queue.
func (c Config) outbound() (mail.Outbound, error) {
	q := c.Queue
	o := mail.Outbound{
		Smarthost: q.Smarthost, SmarthostTLS: q.SmarthostTLS, User: q.User, Password: q.Password,
		GiveUpAfter: q.GiveUpAfter, Concurrency: q.Concurrency, Lease: q.Lease, Routes: map[string]string{},
	}
	for _, route := range q.Routes {
		domain, host, ok := strings.Cut(route, "=")
		if _, _, err := net.SplitHostPort(host); !ok || err != nil {
			return o, errs.E(errs.Invalid, "queue.routes: %q is not of the form domain=host:port", route)
		}
		o.Routes[strings.ToLower(domain)] = host
	}
	if q.Resolver != "" {
		if _, _, err := net.SplitHostPort(q.Resolver); err != nil {
			return o, errs.E(errs.Invalid, "queue.resolver: %q is not of the form host:port", q.Resolver)
		}
		o.Resolver = &net.Resolver{PreferGo: true, StrictErrors: true, Dial: func(ctx context.Context, network, _ string) (net.Conn, error) {
			var d net.Dialer
			return d.DialContext(ctx, network, q.Resolver)
		}}
	}
	return o, nil
}

// sieve reads the limits of people's scripts; the rest keep their defaults.
func (c Config) sieve() sieve.Limits {
	s := c.Sieve
	return sieve.Limits{Script: int(s.MaxScript), Redirects: s.MaxRedirects, Actions: s.MaxActions, Steps: s.MaxSteps, Nesting: s.MaxNesting, Body: int(s.MaxBody)}
}

// authenticity reads the settings of the checks of letters from outside; they
// ask the same name servers as the queue.
func (c Config) authenticity() mail.Authenticity {
	a := mail.Authenticity{Off: !c.Mail.Authenticity, Reject: c.Mail.DMARCReject}
	if o, err := c.outbound(); err == nil {
		if r, ok := o.Resolver.(mailauth.Resolver); ok {
			a.Resolver = r
		}
	}
	return a
}

// prefixes reads address ranges.
func prefixes(setting string, list []string) ([]netip.Prefix, error) {
	out := []netip.Prefix{}
	for _, s := range list {
		p, err := netip.ParsePrefix(s)
		if err != nil {
			return nil, errs.E(errs.Invalid, "%s: %q is not an address range such as 10.0.0.0/8", setting, s)
		}
		out = append(out, p.Masked())
	}
	return out, nil
}
