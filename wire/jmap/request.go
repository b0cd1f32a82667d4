package jmap

import (
	"encoding/json"
	"slices"
	"strings"
)

// CoreURN is the capability of RFC 8620 itself.
const CoreURN = "urn:ietf:params:jmap:core"

// Limits bound what one request may hold (RFC 8620 section 2). They are
// announced in the session object under the same names.
type Limits struct {
	MaxSizeUpload         int64 `json:"maxSizeUpload"`
	MaxConcurrentUpload   int   `json:"maxConcurrentUpload"`
	MaxSizeRequest        int64 `json:"maxSizeRequest"`
	MaxConcurrentRequests int   `json:"maxConcurrentRequests"`
	MaxCallsInRequest     int   `json:"maxCallsInRequest"`
	MaxObjectsInGet       int   `json:"maxObjectsInGet"`
	MaxObjectsInSet       int   `json:"maxObjectsInSet"`
}

// DefaultLimits are generous for people and firm against floods.
func DefaultLimits() Limits {
	return Limits{
		MaxSizeUpload:         100 << 20,
		MaxConcurrentUpload:   8,
		MaxSizeRequest:        10 << 20,
		MaxConcurrentRequests: 16,
		MaxCallsInRequest:     64,
		MaxObjectsInGet:       1000,
		MaxObjectsInSet:       1000,
	}
}

// Request is what a client posts (RFC 8620 section 3.3).
type Request struct {
	Using       []string
	MethodCalls []Invocation
	CreatedIDs  map[ID]ID // nil when the client did not send any
}

// Invocation is one method call (RFC 8620 section 3.2).
type Invocation struct {
	Name string
	Args json.RawMessage
	ID   string
}

// ParseRequest reads a request; the error is the problem document to send.
func ParseRequest(b []byte, lim Limits) (*Request, *RequestError) {
	if err := CheckIJSON(b); err != nil {
		return nil, &RequestError{Type: NotJSON, Status: 400, Detail: err.Error()}
	}
	var raw struct {
		Using       *[]string          `json:"using"`
		MethodCalls *[]json.RawMessage `json:"methodCalls"`
		CreatedIDs  map[ID]ID          `json:"createdIds"`
	}
	if err := json.Unmarshal(b, &raw); err != nil {
		return nil, notRequest("The request object has a member of the wrong type: " + cleanJSONError(err))
	}
	if raw.Using == nil || raw.MethodCalls == nil {
		return nil, notRequest("A request has the members using and methodCalls.")
	}
	if n := len(*raw.MethodCalls); n > lim.MaxCallsInRequest {
		return nil, OverLimit("maxCallsInRequest", "%d method calls, at most %d in one request.", n, lim.MaxCallsInRequest)
	}
	r := &Request{Using: *raw.Using, CreatedIDs: raw.CreatedIDs}
	for _, c := range *raw.MethodCalls {
		var in Invocation
		if err := in.UnmarshalJSON(c); err != nil {
			return nil, notRequest(err.Error())
		}
		r.MethodCalls = append(r.MethodCalls, in)
	}
	return r, nil
}

func notRequest(detail string) *RequestError {
	return &RequestError{Type: NotRequest, Status: 400, Detail: detail}
}

// Check refuses capabilities that are not offered.
func (r *Request) Check(offered func(urn string) bool) *RequestError {
	for _, u := range r.Using {
		if !offered(u) {
			return &RequestError{Type: UnknownCapability, Status: 400,
				Detail: "The capability " + u + " is not offered by this server."}
		}
	}
	return nil
}

// Uses says whether the request opted in to a capability.
func (r *Request) Uses(urn string) bool { return slices.Contains(r.Using, urn) }

// UnmarshalJSON reads the array of name, arguments and call id.
func (in *Invocation) UnmarshalJSON(b []byte) error {
	var parts []json.RawMessage
	if err := json.Unmarshal(b, &parts); err != nil || len(parts) != 3 {
		return invalid("a method call is an array of name, arguments and call id")
	}
	if json.Unmarshal(parts[0], &in.Name) != nil || json.Unmarshal(parts[2], &in.ID) != nil ||
		parts[0][0] != '"' || parts[2][0] != '"' {
		return invalid("the name and the id of a method call are strings")
	}
	if parts[1][0] != '{' {
		return invalid("the arguments of a method call are an object")
	}
	in.Args = parts[1]
	return nil
}

// Answer is one entry of methodResponses.
type Answer struct {
	Name string
	Args json.RawMessage
	ID   string

	tree any // Args decoded, once a later call refers to it
}

// Response is what goes back (RFC 8620 section 3.4).
type Response struct {
	Answers      []*Answer
	CreatedIDs   map[ID]ID // sent only when the request had some
	SessionState string
}

// AppendJSON appends the response.
func (r *Response) AppendJSON(b []byte) ([]byte, error) {
	b = append(b, `{"methodResponses":[`...)
	for i, a := range r.Answers {
		if i > 0 {
			b = append(b, ',')
		}
		b = append(b, '[')
		b = AppendString(b, a.Name)
		b = append(b, ',')
		b = append(b, a.Args...)
		b = append(b, ',')
		b = AppendString(b, a.ID)
		b = append(b, ']')
	}
	b = append(b, ']')
	if r.CreatedIDs != nil {
		ids, err := json.Marshal(r.CreatedIDs)
		if err != nil {
			return nil, err
		}
		b = append(append(b, `,"createdIds":`...), ids...)
	}
	b = append(b, `,"sessionState":`...)
	b = AppendString(b, r.SessionState)
	return append(b, '}'), nil
}

// cleanJSONError takes the Go type names out of a decoder's complaint.
func cleanJSONError(err error) string {
	s := strings.TrimPrefix(err.Error(), "json: ")
	if e, ok := err.(*json.UnmarshalTypeError); ok {
		where := e.Field
		if where == "" {
			where = "the value"
		}
		s = where + " may not be a " + e.Value
	}
	return s
}
