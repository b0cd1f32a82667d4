package mail

import (
	"context"
	"io"
	"slices"
	"strings"
	"sync"

	"chancery/mail/flow"
	"chancery/wire/filetext"
	"chancery/wire/mime"
)

// readers is how many letters have their files looked into at a time: each may
// take some 100 MB meanwhile.
const readers = 4

// filePart is a part of a letter that rules see as a file.
type filePart struct {
	*mime.Part
	inline bool // shown within the text
}

// filesOf lists the files of a letter, and those of letters in it; behind them
// what is shown within the text and is no text itself.
func filesOf(m *mime.Message) (list []filePart) {
	b := m.Bodies()
	for _, p := range b.Attachments {
		list = append(list, filePart{Part: p})
		if p.Nested != nil {
			list = append(list, filesOf(p.Nested)...)
		}
	}
	for _, p := range slices.Concat(b.Text, b.HTML) {
		if !p.IsText() && !slices.ContainsFunc(list, func(f filePart) bool { return f.Part == p }) {
			list = append(list, filePart{p, true})
		}
	}
	return list
}

// textsOf gives the text of a letter and what is in its files, each read when it
// is asked for; together they are as long as rules look.
func (r *Room) textsOf(ctx context.Context, m *mime.Message, parts []filePart, src io.ReaderAt) (text func() string, contents func() []flow.Content) {
	left := flow.MaxText
	text = func() string {
		var pieces []string
		for piece := range m.OwnText(src, flow.MaxText+1) {
			pieces = append(pieces, piece)
		}
		all := strings.Join(pieces, "\n")
		left -= len(all)
		return all
	}
	if len(parts) == 0 {
		return text, nil
	}
	return text, func() []flow.Content {
		files := make([]readable, len(parts))
		for i, p := range parts {
			if p.Nested == nil { // else it is read with the text
				files[i] = readable{p.Open(src), filetext.Hint{Charset: p.Charset(), IsHTML: p.Type == "text/html"}, isSealed(p.Type)}
			}
		}
		return r.contentsOf(ctx, files, left)
	}
}

// keptContents are what was last found in files of letters that are being
// written, which are looked at again and again.
type keptContents struct {
	mu    sync.Mutex
	of    map[string]flow.Content
	order []string
}

const (
	keptFiles = 100       // contents that are kept
	keptBytes = 256 << 10 // of one of them
)

func (k *keptContents) get(key string) (c flow.Content, ok bool) {
	k.mu.Lock()
	defer k.mu.Unlock()
	c, ok = k.of[key]
	return c, ok
}

func (k *keptContents) put(key string, c flow.Content) {
	if key == "" || len(c.Text) > keptBytes {
		return
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	if _, known := k.of[key]; known {
		return
	}
	if len(k.order) >= keptFiles {
		delete(k.of, k.order[0])
		k.order = k.order[1:]
	}
	k.of[key] = c
	k.order = append(k.order, key)
}

// contentsOfWriting looks into the files of a letter that is being written. What
// is not there, or not the writer's, says nothing.
func (r *Room) contentsOfWriting(ctx context.Context, files []WritingFile) []flow.Content {
	out := make([]flow.Content, len(files))
	left := flow.MaxText
	for i, f := range files {
		if f.Open == nil {
			continue
		}
		src, err := f.Open()
		if err != nil {
			continue
		}
		known := false
		if out[i], known = r.kept.get(f.Key); !known {
			out[i] = r.contentsOf(ctx, []readable{{src, filetext.Hint{IsHTML: f.Type == "text/html"}, isSealed(f.Type)}}, left)[0]
			if ctx.Err() == nil && left == flow.MaxText {
				r.kept.put(f.Key, out[i])
			}
		}
		_ = src.Close()
		left -= len(out[i].Text)
	}
	return out
}

// isSealed says of a kind of part that its text is signed or encrypted within it
// (RFC 8551).
func isSealed(kind string) bool {
	return kind == "application/pkcs7-mime" || kind == "application/x-pkcs7-mime"
}

// readable is a file to look into; without a source there is nothing to see.
type readable struct {
	src      io.Reader
	hint     filetext.Hint
	isSealed bool
}

// contentsOf looks into files, whose texts together are at most so long.
func (r *Room) contentsOf(ctx context.Context, files []readable, most int) []flow.Content {
	out := make([]flow.Content, len(files))
	select {
	case r.reading <- struct{}{}:
		defer func() { <-r.reading }()
	case <-ctx.Done():
		for i := range out {
			out[i].IsClosed = true
		}
		return out
	}
	reader := filetext.New(filetext.Limits{Text: max(most, 1)})
	for i, f := range files {
		if f.isSealed {
			out[i].IsClosed = true
		} else if f.src != nil {
			found := reader.Read(f.src, f.hint)
			out[i] = flow.Content(found)
		}
	}
	return out
}
