package house

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"log/slog"
	"net"
	"os"
	"time"

	"chancery/identity/sms"
	"chancery/kit/clock"
	"chancery/kit/errs"
	"chancery/wire/smpp"
)

// SMSConfig is how the house writes to telephones.
type SMSConfig struct {
	Gateway    string        `toml:"gateway" doc:"How messages reach telephones: http (a provider's form, or Kannel), smpp (a message centre). Empty: not at all." example:"http"`
	Country    string        `toml:"country" doc:"Calling code of numbers that people type without one." example:"886"`
	Prefixes   []string      `toml:"prefixes" doc:"Beginnings of the numbers that are written to. Empty: those of the country." example:"+8869"`
	Reset      bool          `toml:"reset" default:"true" doc:"Who forgot their password gets the link on their registered telephone too."`
	NewDevice  bool          `toml:"new_device" default:"true" doc:"Tell people on their telephone of a device that was not known before."`
	PerNumber  int           `toml:"per_number" default:"6" doc:"Messages to one number in an hour."`
	PerAccount int           `toml:"per_account" default:"10" doc:"Messages about one account in an hour."`
	PerNetwork int           `toml:"per_address" default:"30" doc:"Messages asked for from one network address in an hour (IPv6: /64)."`
	PerHour    int           `toml:"per_hour" default:"1000" doc:"Messages altogether in an hour, of each server."`
	Gap        time.Duration `toml:"gap" default:"30s" doc:"Time between two messages to one number."`

	HTTP struct {
		Method      string        `toml:"method" doc:"GET, POST or PUT. Empty: POST where there is a body, else GET."`
		URL         string        `toml:"url" doc:"Where the request goes. {to}, {digits} (without +), {local} (as dialled at home), {text}, {id}, {user}, {password} are filled in, behind the host." example:"https://kannel.internal/cgi-bin/sendsms?username={user}&password={password}&to={to}&text={text}&coding=2&charset=UTF-8"`
		Headers     []string      `toml:"headers" doc:"Headers of the request, Name: value; {user}, {password} and {basic} (both, for Basic authentication) are filled in." example:"Authorization: Basic {basic}"`
		Body        string        `toml:"body" doc:"The body, with the same things filled in as in the URL."`
		ContentType string        `toml:"content_type" default:"application/x-www-form-urlencoded" doc:"What the body is: a form, JSON or XML; what is filled in is escaped for it."`
		Success     string        `toml:"success" doc:"Regular expression that the answer has to match. Empty: any answer 2xx." example:"^0: Accepted"`
		User        string        `toml:"user" doc:"Name at the provider."`
		Password    string        `toml:"password" doc:"Password or key at the provider; better given by the environment."`
		CA          string        `toml:"ca" doc:"PEM file of who vouches for the provider. Empty: whom the machine trusts."`
		Plain       bool          `toml:"plain" default:"false" doc:"Allow http: beyond this machine. Codes go in the clear then."`
		Timeout     time.Duration `toml:"timeout" default:"10s" doc:"How long an answer may take."`
	} `toml:"http"`

	SMPP struct {
		Address    string        `toml:"address" doc:"host:port of the message centre." example:"smsc.internal:2775"`
		TLS        bool          `toml:"tls" default:"false" doc:"Speak TLS."`
		CA         string        `toml:"ca" doc:"PEM file of who vouches for the message centre. Empty: whom the machine trusts."`
		SystemID   string        `toml:"system_id" doc:"Name to bind with, at most 15 letters."`
		Password   string        `toml:"password" doc:"Password to bind with, at most 8 letters; better given by the environment."`
		SystemType string        `toml:"system_type" doc:"Type of system, where the operator wants one."`
		From       string        `toml:"from" default:"Chancery" doc:"Who messages come from: a name of at most 11 letters, a number with +, or a short number."`
		Transmit   bool          `toml:"transmit" default:"false" doc:"Bind as a transmitter, without receipts, where the operator wants that."`
		Timeout    time.Duration `toml:"timeout" default:"10s" doc:"How long an answer may take."`
	} `toml:"smpp"`
}

// courier makes what brings messages to telephones; on is false where nothing does.
func (c SMSConfig) courier(book *sms.Book, now clock.Clock, log *slog.Logger) (out *sms.Courier, on bool, err error) {
	var g sms.Gateway
	switch c.Gateway {
	case "":
		return nil, false, nil
	case "http":
		g, err = c.overHTTP()
	case "smpp":
		g, err = c.overSMPP(now, log)
	default:
		err = errs.E(errs.Invalid, "sms.gateway: %q is none of http, smpp", c.Gateway)
	}
	if err != nil {
		return nil, false, err
	}
	out, err = sms.NewCourier(g, sms.Config{Country: c.Country, Prefixes: c.Prefixes,
		Limits: sms.Limits{Number: c.PerNumber, Account: c.PerAccount, Network: c.PerNetwork, House: c.PerHour, Gap: c.Gap}}, book, now, log)
	return out, err == nil, inSetting("sms", err)
}

func inSetting(name string, err error) error {
	return errs.Wrap(errs.KindOf(err), err, "%s: %s", name, errs.Text(err))
}

func (c SMSConfig) overHTTP() (sms.Gateway, error) {
	roots, err := rootsIn(c.HTTP.CA)
	if err != nil {
		return nil, inSetting("sms.http.ca", err)
	}
	h := c.HTTP
	g, err := sms.NewHTTP(sms.HTTPConfig{Method: h.Method, URL: h.URL, Headers: h.Headers, Body: h.Body, ContentType: h.ContentType, Success: h.Success,
		User: h.User, Password: h.Password, Country: c.Country, Roots: roots, Plain: h.Plain, Timeout: h.Timeout})
	if err != nil {
		return nil, inSetting("sms.http", err)
	}
	return g, nil
}

func (c SMSConfig) overSMPP(now clock.Clock, log *slog.Logger) (sms.Gateway, error) {
	host, _, err := net.SplitHostPort(c.SMPP.Address)
	if err != nil {
		return nil, errs.Wrap(errs.Invalid, err, "sms.smpp.address: host:port is wanted")
	}
	out := smpp.Config{Address: c.SMPP.Address, Bind: smpp.Bind{SystemID: c.SMPP.SystemID, Password: c.SMPP.Password, SystemType: c.SMPP.SystemType},
		From: smpp.Sender(c.SMPP.From), Transmit: c.SMPP.Transmit, Timeout: c.SMPP.Timeout}
	if c.SMPP.TLS {
		roots, err := rootsIn(c.SMPP.CA)
		if err != nil {
			return nil, inSetting("sms.smpp.ca", err)
		}
		out.TLS = &tls.Config{RootCAs: roots, ServerName: host, MinVersion: tls.VersionTLS12}
	}
	return sms.NewSMPP(out, now, log), nil
}

// rootsIn reads who vouches for the other end; without a file, nil means whom
// the machine trusts.
func rootsIn(file string) (*x509.CertPool, error) {
	var pool *x509.CertPool
	if file == "" {
		return pool, nil
	}
	text, err := os.ReadFile(file)
	if err != nil {
		return pool, errs.Wrap(errs.Invalid, err, "it cannot be read")
	}
	pool = x509.NewCertPool()
	if !pool.AppendCertsFromPEM(text) {
		return pool, errs.E(errs.Invalid, "it holds no certificate")
	}
	return pool, nil
}

// TrySMS sends one message, once, and returns the number it went to.
func (c Config) TrySMS(ctx context.Context, number, text string, log *slog.Logger) (to string, err error) {
	courier, on, err := c.SMS.courier(nil, clock.System{}, log) // one that is tried is not counted
	if err != nil {
		return "", err
	}
	if !on {
		return "", errs.E(errs.Invalid, "sms.gateway: none is set")
	}
	defer func() { err = errors.Join(err, courier.Close()) }()
	if to, err = courier.Number(number); err != nil {
		return "", err
	}
	return to, courier.Try(ctx, sms.Message{To: to, Text: text, Until: time.Now().Add(5 * time.Minute)})
}
