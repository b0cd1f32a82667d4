package httpdoor

import (
	"encoding/xml"
	"net"
	"net/http"
	"strings"

	"chancery/kit/errs"
)

// mailHost returns the name under which mail programs reach the server.
func (d *Door) mailHost(r *http.Request) string {
	if d.conf.MailHost != "" {
		return d.conf.MailHost
	}
	host, _, err := net.SplitHostPort(r.Host)
	if err != nil {
		return r.Host
	}
	return host
}

// server is one door as autoconfiguration describes it.
type server struct {
	kind string // imap, pop3 or smtp
	port int
	tls  bool // from the first byte; otherwise STARTTLS
}

func (d *Door) servers() []server {
	p := d.conf.Ports
	var out []server
	for _, s := range []server{{"imap", p.IMAPS, true}, {"imap", p.IMAP, false}, {"pop3", p.POPS, true}, {"pop3", p.POP, false}, {"smtp", p.Submissions, true}, {"smtp", p.Submission, false}} {
		if s.port != 0 {
			out = append(out, s)
		}
	}
	return out
}

type autoServer struct {
	Type     string `xml:"type,attr"`
	Hostname string `xml:"hostname"`
	Port     int    `xml:"port"`
	Socket   string `xml:"socketType"`
	Auth     string `xml:"authentication"`
	Username string `xml:"username"`
}

type autoConfig struct {
	XMLName  xml.Name `xml:"clientConfig"`
	Version  string   `xml:"version,attr"`
	Provider struct {
		ID       string       `xml:"id,attr"`
		Domain   string       `xml:"domain"`
		Name     string       `xml:"displayName"`
		Incoming []autoServer `xml:"incomingServer"`
		Outgoing []autoServer `xml:"outgoingServer"`
	} `xml:"emailProvider"`
}

// autoconfig answers Thunderbird and its kin (Mozilla's config-v1.1).
func (d *Door) autoconfig(w http.ResponseWriter, r *http.Request) {
	domain := d.conf.MailDomain
	if domain == "" {
		domain = d.mailHost(r)
	}
	c := autoConfig{Version: "1.1"}
	c.Provider.ID, c.Provider.Domain, c.Provider.Name = domain, domain, domain
	for _, s := range d.servers() {
		a := autoServer{s.kind, d.mailHost(r), s.port, "STARTTLS", "password-cleartext", "%EMAILADDRESS%"}
		if s.tls {
			a.Socket = "SSL"
		}
		if s.kind != "smtp" {
			c.Provider.Incoming = append(c.Provider.Incoming, a)
		} else {
			c.Provider.Outgoing = append(c.Provider.Outgoing, a)
		}
	}
	sendXML(w, c)
}

func sendXML(w http.ResponseWriter, v any) {
	b, err := xml.MarshalIndent(v, "", "  ")
	if err != nil {
		Problem(w, err)
		return
	}
	w.Header().Set("Content-Type", "application/xml; charset=utf-8")
	_, _ = w.Write([]byte(xml.Header))
	_, _ = w.Write(b)
}

const (
	outlookRequest  = "http://schemas.microsoft.com/exchange/autodiscover/outlook/responseschema/2006a"
	outlookResponse = "http://schemas.microsoft.com/exchange/autodiscover/responseschema/2006"
)

type outlookProtocol struct {
	Type       string `xml:"Type"`
	Server     string `xml:"Server"`
	Port       int    `xml:"Port"`
	LoginName  string `xml:"LoginName"`
	SSL        string `xml:"SSL"`
	Encryption string `xml:"Encryption"`
	Auth       string `xml:"AuthRequired"`
	SPA        string `xml:"SPA"`
}

type outlookAccount struct {
	XMLName   xml.Name          `xml:"Response"`
	Space     string            `xml:"xmlns,attr"`
	Kind      string            `xml:"Account>AccountType"`
	Action    string            `xml:"Account>Action"`
	Protocols []outlookProtocol `xml:"Account>Protocol"`
}

type outlookConfig struct {
	XMLName  xml.Name       `xml:"Autodiscover"`
	Space    string         `xml:"xmlns,attr"`
	Response outlookAccount `xml:"Response"`
}

// autodiscover answers Outlook's plain-XML question (MS-OXDSCLI).
func (d *Door) autodiscover(w http.ResponseWriter, r *http.Request) {
	var in struct {
		Address string `xml:"Request>EMailAddress"`
	}
	if err := xml.NewDecoder(http.MaxBytesReader(w, r.Body, maxSignIn)).Decode(&in); err != nil || !strings.Contains(in.Address, "@") {
		Problem(w, errs.E(errs.Invalid, "The autodiscover request names no mail address."))
		return
	}
	out := outlookConfig{Space: outlookResponse}
	out.Response = outlookAccount{Space: outlookRequest, Kind: "email", Action: "settings"}
	for _, s := range d.servers() {
		p := outlookProtocol{strings.ToUpper(s.kind), d.mailHost(r), s.port, in.Address, "on", "TLS", "on", "off"}
		if s.tls {
			p.Encryption = "SSL"
		}
		out.Response.Protocols = append(out.Response.Protocols, p)
	}
	sendXML(w, out)
}
