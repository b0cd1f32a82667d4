package mailapi

import (
	"encoding/json"
	"strconv"

	"chancery/mail"
	"chancery/wire/jmapmail"
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

func (e *email) origin() (mail.Origin, error) {
	h, err := e.fields()
	if err != nil {
		return mail.Origin{}, err
	}
	// What is only looked at, such as a letter in a letter, came by nobody we know.
	return e.acc.Origin(h, &e.c.Message.Envelope, e.m == nil || e.c.Imported), nil
}
