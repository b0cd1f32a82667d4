package oidc

import "chancery/wire/jmap"

// URN names the capability that says that this server signs people on to other
// systems. It has no methods: the pages ask by routes of their own.
const URN = "urn:chancery:params:jmap:sign-on"

// Capability returns it.
func (p *Provider) Capability() jmap.Capability {
	return jmap.Capability{URN: URN, Account: func(acc jmap.Account) (any, bool) { return struct{}{}, acc.IsPersonal }}
}
