package jmapdoor

import (
	"context"
	"encoding/json"
	"log/slog"
	"runtime/debug"

	httpdoor "chancery/doors/http"
	"chancery/kit/errs"
	"chancery/wire/jmap"
)

// dispatch runs the method calls of a request one after the other (RFC 8620
// section 3.3: each sees what the earlier ones did).
func (d *Door) dispatch(ctx context.Context, who httpdoor.Subject, req *jmap.Request) (*jmap.Response, error) {
	session, err := d.sessionState(ctx, who)
	if err != nil {
		return nil, err
	}
	resp := &jmap.Response{SessionState: session, Answers: make([]*jmap.Answer, 0, len(req.MethodCalls))}
	created := map[jmap.ID]jmap.ID{}
	for k, v := range req.CreatedIDs {
		created[k] = v
	}
	size := 0
	for _, in := range req.MethodCalls {
		call := &jmap.Call{Name: in.Name, ID: in.ID, Args: in.Args, Limits: d.conf.Limits, Created: created}
		if size > d.conf.MaxAnswer {
			resp.Answers = append(resp.Answers, d.failed(ctx, call, jmap.Fail(jmap.RequestTooLarge,
				"The response has more than %d bytes already.", d.conf.MaxAnswer)))
			continue
		}
		for _, a := range d.answer(ctx, req, call, resp.Answers) {
			size += len(a.Args)
			resp.Answers = append(resp.Answers, a)
		}
	}
	// RFC 8620 section 3.4: createdIds is sent only if the request had it.
	if req.CreatedIDs != nil {
		resp.CreatedIDs = created
	}
	return resp, nil
}

// answer runs one call and returns its answer and those of implied calls.
func (d *Door) answer(ctx context.Context, req *jmap.Request, call *jmap.Call, earlier []*jmap.Answer) []*jmap.Answer {
	args, err := d.run(ctx, req, call, earlier)
	if err != nil {
		return []*jmap.Answer{d.failed(ctx, call, err)}
	}
	out := []*jmap.Answer{{Name: call.Name, Args: args, ID: call.ID}}
	for _, x := range call.Extras() {
		b, err := jmap.AppendValue(nil, x.Args)
		if err != nil {
			return append(out, d.failed(ctx, call, err))
		}
		out = append(out, &jmap.Answer{Name: x.Name, Args: b, ID: call.ID})
	}
	return out
}

func (d *Door) run(ctx context.Context, req *jmap.Request, call *jmap.Call, earlier []*jmap.Answer) (b []byte, err error) {
	m, ok := d.methods[call.Name]
	// RFC 8620 section 3.3: methods of a capability not in "using" are unknown.
	if !ok || !req.Uses(m.urn) {
		return nil, jmap.Fail(jmap.UnknownMethod, "There is no method %q under the capabilities in use.", call.Name)
	}
	if call.Args, err = jmap.ResolveReferences(call.Args, earlier); err != nil {
		return nil, err
	}
	defer func() {
		if fault := recover(); fault != nil {
			d.needs.Log.ErrorContext(ctx, "fault in a method", "method", call.Name, "fault", fault, "stack", string(debug.Stack()))
			b, err = nil, errs.E(errs.Internal, "The method met a fault on the server.")
		}
	}()
	v, err := m.run(ctx, call)
	if err != nil {
		return nil, err
	}
	return jmap.AppendValue(nil, v)
}

// failed makes the error answer and logs what is our own fault.
func (d *Door) failed(ctx context.Context, call *jmap.Call, err error) *jmap.Answer {
	e := jmap.MethodErrorOf(err)
	// Who asked is gone, and with them what was being done for them: no fault.
	if ctx.Err() == nil && (e.Type == jmap.ServerFail || e.Type == jmap.ServerUnavailable) {
		d.needs.Log.LogAttrs(ctx, slog.LevelError, "method failed", slog.String("method", call.Name), slog.Any("error", err))
	}
	b, mErr := json.Marshal(e)
	if mErr != nil {
		b = []byte(`{"type":"serverFail"}`)
	}
	return &jmap.Answer{Name: "error", Args: b, ID: call.ID}
}

// echo answers with what it got (RFC 8620 section 4).
func echo(_ context.Context, call *jmap.Call) (any, error) { return call.Args, nil }
