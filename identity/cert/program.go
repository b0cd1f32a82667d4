package cert

import (
	"context"
	"crypto/x509"

	"chancery/directory"
	"chancery/identity"
	"chancery/kit/errs"
	"chancery/policy"
	"chancery/store"
)

// Program signs a mail program in by the certificate of its connection. As is
// whom it says it is, which may be empty; else it has to be an address of the
// certificate's own account. Every refusal is the same to the program.
func (d *Desk) Program(ctx context.Context, as string, chain []*x509.Certificate, peer identity.Peer) (policy.Subject, error) {
	if !d.conf.Programs {
		return policy.Subject{}, errs.E(errs.Unauthenticated, "Mail programs do not sign in by certificates here.")
	}
	org := int64(directory.DefaultOrg)
	w, shown, err := d.program(ctx, org, as, chain)
	if err != nil {
		d.refused(ctx, org, presented{chain: chain, peer: peer.Addr}, err)
		if errs.Is(err, errs.Unavailable) {
			return policy.Subject{}, err
		}
		return policy.Subject{}, errs.Wrap(errs.Unauthenticated, err, "The certificate lets nobody in here.")
	}
	on, err := d.ground(ctx, org, w.account, w.registered, shown.leaf, chainOf(shown.chain))
	if err != nil {
		return policy.Subject{}, err
	}
	s, err := d.identity.ProgramByCertificate(ctx, org, w.account, on, w.counts, peer)
	if err != nil || w.registered == 0 {
		return s, err
	}
	return s, d.db.Write(ctx, func(tx *store.Tx) error {
		return useRegistration(ctx, tx, org, w.registered, d.clock.Now().UnixMilli(), shown.leaf.NotAfter.UnixMilli(), shown.leaf.SerialNumber.Text(16))
	})
}

func (d *Desk) program(ctx context.Context, org int64, as string, chain []*x509.Certificate) (w whose, s shown, err error) {
	if s, err = d.believe(ctx, chain); err != nil {
		return w, s, err
	}
	if w, err = d.account(ctx, org, s); err != nil || as == "" {
		return w, s, err
	}
	a, found, err := d.resolve(ctx, as)
	if err == nil && (!found || a.Org != org || a.ID != w.account) {
		err = errNobody
	}
	return w, s, err
}
