package feed

import (
	"context"

	"chancery/directory"
	"chancery/kit/errs"
)

// do makes what a step is about what it shall be, if it still is what it was.
func (s Step) do(ctx context.Context, in *directory.Intake) error {
	if s.Kind.ofUnit() {
		return s.doUnit(ctx, in)
	}
	return s.doPerson(ctx, in)
}

// overtaken is the answer when somebody was faster.
func (s Step) overtaken() error {
	return errs.E(errs.Conflict, "This was changed since the run was planned. Plan it anew.")
}

// stands says whether what a step is about is what the text says.
func (s Step) stands(ctx context.Context, in *directory.Intake, text string) (bool, error) {
	if s.Kind.ofUnit() {
		want, want0, err := s.unit(text)
		have, have0 := in.Units()[s.Object]
		return err == nil && want0 == have0 && (!have0 || same(unitFrom(have), want)), err
	}
	want, want0, err := s.person(text)
	if err != nil {
		return false, err
	}
	have, have0, err := in.Person(ctx, s.Object)
	if err != nil || want0 != have0 {
		return false, err
	}
	// The language is the account's, and what is told of somebody new only.
	now := personFrom(have)
	now.Language, want.Language = "", ""
	return !have0 || same(now, want), nil
}

func (s Step) doUnit(ctx context.Context, in *directory.Intake) error {
	now, there, err := s.unit(s.After)
	if err != nil {
		return err
	}
	if ok, err := s.stands(ctx, in, s.Before); err != nil || !ok {
		return errorOr(err, s.overtaken())
	}
	if !there {
		return in.RemoveUnit(ctx, s.Object)
	}
	return in.PutUnit(ctx, now.of(s.Object))
}

func (s Step) doPerson(ctx context.Context, in *directory.Intake) error {
	now, there, err := s.person(s.After)
	if err != nil {
		return err
	}
	if ok, err := s.stands(ctx, in, s.Before); err != nil || !ok {
		return errorOr(err, s.overtaken())
	}
	switch {
	case !there:
		return in.RemovePerson(ctx, s.Object)
	case s.Before == "":
		return in.AddPerson(ctx, now.of(s.Object))
	}
	return in.ChangePerson(ctx, now.of(s.Object))
}

func errorOr(first, second error) error {
	if first != nil {
		return first
	}
	return second
}
