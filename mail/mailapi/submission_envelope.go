package mailapi

import (
	"sort"
	"strings"
	"time"

	"chancery/kit/errs"
	"chancery/mail"
	"chancery/wire/jmap"
	"chancery/wire/jmapmail"
	"chancery/wire/smtp"
)

// envelope shows who a letter goes to, with the parameters that were given.
func envelope(e mail.Envelope) *jmapmail.Envelope {
	params := func(m map[string]string) map[string]*string {
		var out map[string]*string
		for k, v := range m {
			if v == "" {
				continue
			}
			if out == nil {
				out = map[string]*string{}
			}
			out[k] = &v
		}
		return out
	}
	hold := ""
	if !e.HoldUntil.IsZero() {
		hold = e.HoldUntil.UTC().Format(time.RFC3339)
	}
	out := &jmapmail.Envelope{
		MailFrom: jmapmail.EnvelopeAddress{Email: e.From, Parameters: params(map[string]string{"RET": e.Ret, "ENVID": e.EnvID, "HOLDUNTIL": hold})},
		RcptTo:   make([]jmapmail.EnvelopeAddress, len(e.Rcpts)),
	}
	for i, to := range e.Rcpts {
		out.RcptTo[i] = jmapmail.EnvelopeAddress{Email: to.Address, Parameters: params(map[string]string{"NOTIFY": to.Notify.String(), "ORCPT": to.ORcpt})}
	}
	return out
}

// readEnvelope reads an envelope as a client gives it. Addresses are checked
// by the room, parameters as at the door for mail programs.
func readEnvelope(in *jmapmail.Envelope, now time.Time) (*mail.Envelope, error) {
	params, err := esmtp(in.MailFrom.Parameters)
	if err != nil {
		return nil, err
	}
	// Any address will do here: its own parser is not for JSON.
	_, p, err := smtp.ParseMail("<a@b.example>" + params)
	if err != nil {
		return nil, jmap.BadProperty("envelope", "%s", errs.Text(err))
	}
	out := &mail.Envelope{From: in.MailFrom.Email, Ret: p.Ret, EnvID: p.EnvID, UTF8: p.UTF8, HoldUntil: p.HoldUntil}
	if p.HoldFor > 0 {
		out.HoldUntil = now.Add(p.HoldFor)
	}
	for _, to := range in.RcptTo {
		params, err := esmtp(to.Parameters)
		if err != nil {
			return nil, err
		}
		_, r, err := smtp.ParseRcpt("<a@b.example>"+params, true)
		if err != nil {
			return nil, jmap.BadProperty("envelope", "%s", errs.Text(err))
		}
		out.Rcpts = append(out.Rcpts, mail.RcptTo{Address: to.Email, Notify: r.Notify, ORcpt: r.ORcpt})
	}
	return out, nil
}

// esmtp writes parameters as a command line has them. RFC 8621 section 7: in
// JMAP their xtext encoding is undone, so it is done again here.
func esmtp(m map[string]*string) (string, error) {
	values := lowerKeys(m)
	keys := make([]string, 0, len(values))
	for k := range values {
		keys = append(keys, k)
	}
	sort.Strings(keys)
	var b strings.Builder
	for _, k := range keys {
		v := values[k]
		switch k {
		case "envid":
			v = smtp.EncodeXtext(v)
		case "orcpt":
			kind, address, _ := strings.Cut(v, ";")
			v = kind + ";" + smtp.EncodeXtext(address)
		}
		if strings.ContainsFunc(k+v, func(r rune) bool { return r <= ' ' || r == 0x7F }) {
			return "", jmap.BadProperty("envelope", "The parameter %q has a space or a control character.", k)
		}
		b.WriteString(" " + k)
		if v != "" {
			b.WriteString("=" + v)
		}
	}
	return b.String(), nil
}
