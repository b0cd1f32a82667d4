package house

import (
	"context"
	"crypto/x509"
	"io/fs"
	"net"
	"net/http"
	"net/netip"
	"slices"
	"strconv"
	"strings"

	"chancery/directory"
	httpdoor "chancery/doors/http"
	jmapdoor "chancery/doors/jmap"
	"chancery/doors/smtp"
	"chancery/drive"
	"chancery/identity"
	"chancery/identity/register"
	"chancery/kit/clock"
	"chancery/kit/errs"
	"chancery/mail/mailapi"
	"chancery/policy"
	"chancery/wire/jmap"
)

// peerOf reads "host:port" or "host", and behind a space the same of the
// address of ours.
func (h *House) peerOf(text, door string) identity.Peer {
	addr, local, _ := strings.Cut(text, " ")
	p := identity.Peer{Door: door}
	p.Local, _ = netip.ParseAddrPort(local)
	if ap, err := netip.ParseAddrPort(addr); err == nil {
		p.Addr, p.Machine = ap.Addr(), h.machines.Machine(ap, p.Local)
	} else {
		p.Addr, _ = netip.ParseAddr(addr)
	}
	return p
}

// smtpPeer is where a mail program comes from that submits.
func (h *House) smtpPeer(p smtp.Peer) identity.Peer {
	return identity.Peer{Addr: p.Addr, Local: p.Local, Door: p.Door, Machine: h.machines.Machine(netip.AddrPortFrom(p.Addr, p.Port), p.Local)}
}

// programStands says whether the person of a mail program's open connection is
// still let in.
func (h *House) programStands(ctx context.Context, s policy.Subject, peer identity.Peer) error {
	now, err := h.Identity.Standing(ctx, identity.ProofOf(s), peer)
	if err != nil {
		return err
	}
	if now.Clearance < s.Clearance {
		return errs.E(errs.Unauthenticated, "Your clearance is another one now. Please sign in again.")
	}
	return identity.MayUsePrograms(now.Terms)
}

// imapNeeds answers what the IMAP door asks.
type imapNeeds struct{ h *House }

func (n imapNeeds) SignIn(ctx context.Context, user, password, peer string) (policy.Subject, error) {
	return n.h.Identity.Verify(ctx, user, password, n.h.peerOf(peer, "imap"))
}

func (n imapNeeds) Standing(ctx context.Context, s policy.Subject, peer string) error {
	return n.h.programStands(ctx, s, n.h.peerOf(peer, "imap"))
}

func (n imapNeeds) SignInToken(ctx context.Context, user, token, peer string) (policy.Subject, error) {
	return n.h.SSO.SignInMail(ctx, user, token, n.h.peerOf(peer, "imap"))
}

func (n imapNeeds) SignInCertificate(ctx context.Context, user string, chain []*x509.Certificate, peer string) (policy.Subject, error) {
	return n.h.Certificates.Program(ctx, user, chain, n.h.peerOf(peer, "imap"))
}

// popNeeds answers what the POP3 door asks.
type popNeeds struct{ imapNeeds }

func (n popNeeds) SignIn(ctx context.Context, user, password, peer string) (policy.Subject, error) {
	return n.h.Identity.Verify(ctx, user, password, n.h.peerOf(peer, "pop"))
}

func (n popNeeds) SignInCertificate(ctx context.Context, user string, chain []*x509.Certificate, peer string) (policy.Subject, error) {
	return n.h.Certificates.Program(ctx, user, chain, n.h.peerOf(peer, "pop"))
}

func (n popNeeds) SignInToken(ctx context.Context, user, token, peer string) (policy.Subject, error) {
	return n.h.SSO.SignInMail(ctx, user, token, n.h.peerOf(peer, "pop"))
}

// ldapNeeds answers what the LDAP door asks.
type ldapNeeds struct{ imapNeeds }

func (n ldapNeeds) SignIn(ctx context.Context, address, password, peer string) (policy.Subject, error) {
	return n.h.Identity.Verify(ctx, address, password, n.h.peerOf(peer, "ldap"))
}

func (n ldapNeeds) View(ctx context.Context, s policy.Subject) (*directory.View, error) {
	return n.h.Directory.View(ctx, s)
}

func (n ldapNeeds) Domains(org int64) []string { return n.h.Directory.Domains(org) }

// smtpNeeds answers what the SMTP door asks.
type smtpNeeds struct{ h *House }

func (n smtpNeeds) Authenticate(ctx context.Context, address, password string, peer smtp.Peer) (policy.Subject, error) {
	return n.h.Identity.Verify(ctx, address, password, n.h.smtpPeer(peer))
}

func (n smtpNeeds) AuthenticateToken(ctx context.Context, address, token string, peer smtp.Peer) (policy.Subject, error) {
	return n.h.SSO.SignInMail(ctx, address, token, n.h.smtpPeer(peer))
}

func (n smtpNeeds) AuthenticateCertificate(ctx context.Context, address string, chain []*x509.Certificate, peer smtp.Peer) (policy.Subject, error) {
	return n.h.Certificates.Program(ctx, address, chain, n.h.smtpPeer(peer))
}

func (n smtpNeeds) Standing(ctx context.Context, s policy.Subject, peer smtp.Peer) error {
	return n.h.programStands(ctx, s, n.h.smtpPeer(peer))
}

// who returns the subject that the HTTP door put into the context.
func who(ctx context.Context) (policy.Subject, error) {
	s, ok := httpdoor.SubjectOf(ctx)
	if !ok {
		return policy.Subject{}, errs.E(errs.Unauthenticated, "Please sign in.")
	}
	return s.Subject, nil
}

// httpDoor builds the HTTP door with JMAP behind it.
func (h *House) httpDoor(assets fs.FS) (*httpdoor.Door, error) {
	proxies, err := prefixes("network.proxies", h.conf.Network.Proxies)
	if err != nil {
		return nil, err
	}
	port, err := h.conf.shownPort()
	if err != nil {
		return nil, err
	}
	conf := httpdoor.Config{
		BaseURL: h.conf.HTTP.BaseURL, MailHost: h.conf.Hostname, TrustedProxies: proxies,
		Ports: httpdoor.MailPorts{
			IMAP: port(h.conf.IMAP.Listen), IMAPS: port(h.conf.IMAP.ListenTLS),
			POP: port(h.conf.POP.Listen), POPS: port(h.conf.POP.ListenTLS),
			Submission: port(h.conf.SMTP.Submission), Submissions: port(h.conf.SMTP.SubmissionTLS),
		},
	}
	conf.Farewell = h.farewell
	var door *httpdoor.Door
	api := mailapi.New(h.Mail, who, mailapi.Config{MaxUpload: int64(h.conf.Mail.MaxMessage), MaxSizeAttachments: h.Mail.MaxAttachments(policy.Subject{}), Log: h.log})
	key, err := h.conf.pushKey(h.dir)
	if err != nil {
		return nil, err
	}
	h.jmap = jmapdoor.New(jmapdoor.Config{PushPrivate: h.conf.HTTP.PushInside, PushKey: key, PushContact: h.conf.HTTP.PushName},
		h.offered(h.capabilities(append(api.Capabilities(), h.Approvals.Capabilities(who, api.ShowAbout)...), who)), jmapdoor.Needs{
			Accounts: api, Blobs: api, Feed: api, Clock: clock.System{}, Log: h.log.With("door", "jmap"),
			BaseURL: func(r *http.Request) string { return door.BaseURL(r) }, MayPush: h.mayPush,
		})
	routes := append(h.jmap.Routes(),
		httpdoor.Route{Pattern: "GET /export/mail/{account}", Handler: api.ExportHandler(httpdoor.Problem)},
		httpdoor.Route{Pattern: "POST /export/mail/{account}", Handler: api.ExportHandler(httpdoor.Problem)},
		httpdoor.Route{Pattern: "POST /import/mail/{account}", Handler: api.ImportHandler(httpdoor.Problem)})
	routes = append(routes, h.routed(partConsole, []httpdoor.Route{{Pattern: "GET /export/record", Handler: h.Directory.RecordHandler(who, httpdoor.Problem)}})...)
	routes = append(routes, h.ssoRoutes(func() *httpdoor.Door { return door })...)
	routes = append(routes, h.routed(partFeeds, h.feedRoutes(func() *httpdoor.Door { return door }))...)
	routes = append(routes, h.routed(partApplications, h.applicationRoutes(func() *httpdoor.Door { return door }))...)
	routes = append(routes, h.rulebookRoutes()...)
	routes = append(routes, h.davRoutes(func() *httpdoor.Door { return door })...)
	routes = append(routes, h.routed(partDrive, h.driveRoutes(func() *httpdoor.Door { return door }))...)
	routes = append(routes, h.waysRoute(func() *httpdoor.Door { return door }))
	door, err = httpdoor.New(conf, httpNeeds{h}, assets, routes, h.log.With("door", "http"))
	return door, err
}

// capabilities are what all rooms offer over JMAP, beside mail's.
func (h *House) capabilities(mail []jmap.Capability, who func(context.Context) (policy.Subject, error)) []jmap.Capability {
	parties := &register.Register{SSO: h.SSO, SAML: h.SAML, Agency: h.Agency, Dir: h.Directory, Who: who}
	return slices.Concat(mail, h.Directory.Capabilities(who), h.Feeds.Capabilities(who), h.Applications.Capabilities(who), h.Rulebook.Capabilities(who), h.Contacts.Capabilities(who), h.Drive.Capabilities(drive.Who{Subject: who, Site: httpdoor.SiteOf}),
		h.Certificates.Capabilities(who), h.Identity.Capabilities(identity.Who{Subject: who, Site: httpdoor.SiteOf}), []jmap.Capability{parties.Capability(), h.SSO.Capability()})
}

// shownPort says under which port people reach an address of ours: that of the
// router in front, where it shows another.
func (c Config) shownPort() (func(addr string) int, error) {
	outside := map[int]int{}
	for _, text := range c.Network.Mapped {
		left, right, _ := strings.Cut(text, "=")
		out, err := strconv.ParseUint(left, 10, 16)
		in, err2 := strconv.ParseUint(right, 10, 16)
		if err != nil || err2 != nil || out == 0 || in == 0 {
			return nil, errs.E(errs.Invalid, "network.mapped: %q is not two ports, outside=inside, such as 993=9993", text)
		}
		outside[int(in)] = int(out)
	}
	return func(addr string) int {
		n := port(addr)
		if out, ok := outside[n]; ok {
			return out
		}
		return n
	}, nil
}

func port(addr string) int {
	_, p, err := net.SplitHostPort(addr)
	if err != nil {
		return 0
	}
	n, err := strconv.Atoi(p)
	if err != nil {
		return 0
	}
	return n
}
