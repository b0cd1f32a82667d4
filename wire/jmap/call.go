package jmap

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"strings"
)

// Account is one account that a person may reach (RFC 8620 section 2).
type Account struct {
	ID         ID
	Name       string
	IsPersonal bool
	IsReadOnly bool

	MaxSizeAttachments int64 // of one email that the person writes there, in bytes
	ForwardsOutside    bool  // rules there may send letters on to addresses outside the organisation
}

// Capability is what a room offers: its methods, and how it is announced.
type Capability struct {
	URN string
	// Session is the value in the session object's capabilities; nil means {}.
	Session any
	// Account returns the value in an account's accountCapabilities. A nil
	// function, or false, means that the account has not this capability.
	Account func(a Account) (value any, has bool)
	// Offer returns, for a capability that not everybody is offered, what their
	// own account says of it, and whether they are. It stands in for Account.
	Offer func(ctx context.Context) (value any, has bool, err error)
	// Methods by full name, such as "Mailbox/get".
	Methods map[string]Method
	// Types are the data types whose changes are pushed (RFC 8620 section 7.1).
	Types []string
	// States returns the present state string of each of Types for an account.
	States func(ctx context.Context, account ID) (map[string]string, error)
}

// Method answers one call. The answer is marshalled as JSON (see Appender);
// an error becomes a method-level error by MethodErrorOf. Who asks is in the
// context; a room is told at its making how to find out.
type Method func(ctx context.Context, call *Call) (any, error)

// Call is one method call on its way to a room.
type Call struct {
	Name    string
	ID      string
	Args    json.RawMessage // references are resolved
	Limits  Limits
	Created map[ID]ID // creation id -> record id, shared by the whole request

	extra []Extra
}

// Extra is a further answer to the same call.
type Extra struct {
	Name string
	Args any
}

// Also adds an answer that follows the method's own, under the same call id:
// the implicit Email/set of RFC 8621 section 7.5.
func (c *Call) Also(name string, args any) { c.extra = append(c.extra, Extra{name, args}) }

// Extras returns the further answers.
func (c *Call) Extras() []Extra { return c.extra }

// With returns a call of another method by the same person in the same
// request, for methods that imply others.
func (c *Call) With(name string, args json.RawMessage) *Call {
	return &Call{Name: name, ID: c.ID, Args: args, Limits: c.Limits, Created: c.Created}
}

// Decode reads the arguments into a struct and refuses those it does not know.
func (c *Call) Decode(into any) error { return DecodeStrict(c.Args, into) }

// DecodeStrict reads JSON into a struct and refuses members it does not have.
func DecodeStrict(raw json.RawMessage, into any) error {
	d := json.NewDecoder(bytes.NewReader(raw))
	d.DisallowUnknownFields()
	if err := d.Decode(into); err != nil {
		if m, ok := err.(*MethodError); ok {
			return m
		}
		return invalid("%s", cleanJSONError(err))
	}
	if _, err := d.Token(); err != io.EOF {
		return invalid("there is text after the value")
	}
	return nil
}

// Resolve turns "#k" into the id of the record created as k in this request;
// other ids pass unchanged (RFC 8620 section 5.3).
func (c *Call) Resolve(id ID) (ID, bool) {
	key, ref := strings.CutPrefix(id, "#")
	if !ref {
		return id, true
	}
	real, ok := c.Created[key]
	return real, ok
}

// Remember notes which id a creation got.
func (c *Call) Remember(key, id ID) {
	if c.Created == nil {
		c.Created = map[ID]ID{}
	}
	c.Created[key] = id
}
