package mailapi

import (
	"encoding/json"
	"strconv"

	"chancery/mail"
	"chancery/wire/jmapmail"
	"chancery/wire/mailauth"
)

// trustProperties are our own properties about an email's origin.
var trustProperties = map[string]writer{
	"authenticity": func(e *email, b []byte) ([]byte, error) {
		o, err := e.origin()
		if err != nil {
			return nil, err
		}
		out := jmapmail.Authenticity{Verdict: o.Verdict, SPF: o.SPF, DKIM: o.DKIM, DMARC: o.DMARC}
		if o.Author != "" {
			out.Domain = &o.Author
		}
		text, err := json.Marshal(out)
		return append(b, text...), err
	},
	"outside": func(e *email, b []byte) ([]byte, error) {
		o, err := e.origin()
		return strconv.AppendBool(b, o.Outside), err
	},
}

// origin says where an email comes from. Of a letter that lies in another, or
// was uploaded, nothing is known: its header, results of checks included, was
// written by whoever made it.
func (e *email) origin() (mail.Origin, error) {
	if e.m == nil {
		return mail.Origin{Verdict: mailauth.Unverified, Outside: true}, nil
	}
	h, err := e.fields()
	if err != nil {
		return mail.Origin{}, err
	}
	return e.acc.Origin(h, &e.c.Message.Envelope, e.c.Imported), nil
}
