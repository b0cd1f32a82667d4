package errs

import (
	"context"
	"errors"
	"fmt"
	"io"
	"testing"
)

func TestKinds(t *testing.T) {
	inner := Wrap(NotFound, io.EOF, "There is no such folder.")
	for _, c := range []struct {
		err  error
		kind Kind
		text string
	}{
		{E(Invalid, "%q is wrong.", "x"), Invalid, `"x" is wrong.`},
		{inner, NotFound, "There is no such folder."},
		{fmt.Errorf("opening: %w", inner), NotFound, "There is no such folder."},
		{context.Canceled, Unavailable, ""},
		{fmt.Errorf("late: %w", context.DeadlineExceeded), Unavailable, ""},
		{io.ErrUnexpectedEOF, Internal, ""},
	} {
		if KindOf(c.err) != c.kind || !Is(c.err, c.kind) {
			t.Errorf("%v is %v, want %v", c.err, KindOf(c.err), c.kind)
		}
		if c.text != "" && Text(c.err) != c.text {
			t.Errorf("%v says %q", c.err, Text(c.err))
		}
		if c.text == "" && Text(c.err) == c.err.Error() {
			t.Errorf("%v is shown to people as it is", c.err)
		}
	}
	if !errors.Is(inner, io.EOF) {
		t.Error("the cause is lost")
	}
	if Wrap(Invalid, nil, "x") != nil || Is(nil, Internal) {
		t.Error("no error became one")
	}
}
