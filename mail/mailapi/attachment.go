package mailapi

import (
	"bytes"
	"context"
	"io"
	"mime"
	"path"
	"strings"
	"time"

	"chancery/kit/errs"
	"chancery/mail"
	"chancery/mail/convert"
	"chancery/wire/archive"
	"chancery/wire/charset"
	"chancery/wire/jmap"
	"chancery/wire/jmapmail"
	"chancery/wire/tnef"
)

// Limits of looking into files.
const (
	maxText     = 512 << 10 // bytes of a text that Attachment/text returns
	maxTNEF     = 64 << 20  // bytes of a winmail.dat
	maxDocument = 30 << 20  // bytes of a document that is converted
	maxOpened   = 100       // files of a winmail.dat that are kept
)

// attachments is our capability of looking into files.
func (a *API) attachments() jmap.Capability {
	return jmap.Capability{
		URN: jmapmail.AttachmentsURN,
		Account: func(jmap.Account) (any, bool) {
			return jmapmail.AttachmentsCapability{CanConvert: a.room.CanConvert(), MaxText: maxText}, true
		},
		Methods: map[string]jmap.Method{
			"Attachment/text":    a.attachmentText,
			"Attachment/list":    a.attachmentList,
			"Attachment/open":    a.attachmentOpen,
			"Attachment/convert": a.attachmentConvert,
		},
	}
}

// attachment opens the blob that a call is about.
func (a *API) attachment(ctx context.Context, call *jmap.Call) (args jmapmail.AttachmentArgs, acc *mail.Account, o *opened, err error) {
	if err = call.Decode(&args); err != nil {
		return args, nil, nil, err
	}
	if acc, err = a.account(ctx, args.AccountID); err != nil {
		return args, nil, nil, err
	}
	if o, err = a.openBlob(ctx, acc, args.BlobID); errs.Is(err, errs.NotFound) || errs.Is(err, errs.Invalid) {
		err = jmap.Fail(jmap.InvalidArguments, "There is no blob %s.", args.BlobID)
	}
	return args, acc, o, err
}

// attachmentText is Attachment/text: the beginning of a text file, in whatever
// charset it is.
func (a *API) attachmentText(ctx context.Context, call *jmap.Call) (any, error) {
	args, _, o, err := a.attachment(ctx, call)
	if err != nil {
		return nil, err
	}
	defer o.Close()
	raw, err := io.ReadAll(io.NewSectionReader(o, 0, min(o.size, maxText)))
	if err != nil {
		return nil, err
	}
	out := &jmapmail.AttachmentText{AccountID: args.AccountID, BlobID: args.BlobID, IsTruncated: o.size > maxText}
	label := args.Charset
	// What a letter says of an attached file is often a program's default: a
	// text that is UTF-8 is read so, whatever is said.
	if s, isClean := charset.Decode("utf-8", raw); label == "" && isClean {
		out.Text, out.Charset = s, "utf-8"
		return out, nil
	}
	if label == "" || !charset.Known(label) {
		label = guessText(raw)
	}
	text, isClean := charset.Decode(label, raw)
	if out.IsTruncated && !isClean { // the last character may be cut
		if s := strings.TrimRight(text, "\uFFFD"); !strings.Contains(s, "\uFFFD") {
			text, isClean = s, true
		}
	}
	out.Text, out.Charset, out.IsEncodingProblem = text, label, !isClean
	return out, nil
}

// guessText guesses the charset of a file, which may begin with a mark.
func guessText(raw []byte) string {
	for mark, label := range map[string]string{"\xEF\xBB\xBF": "utf-8", "\xFF\xFE": "utf-16le", "\xFE\xFF": "utf-16be"} {
		if bytes.HasPrefix(raw, []byte(mark)) {
			return label
		}
	}
	if _, isClean := charset.Decode("utf-8", raw[:max(0, len(raw)-4)]); isClean {
		return "utf-8"
	}
	return charset.Guess(raw)
}

// attachmentList is Attachment/list: what is in an archive; nothing is unpacked.
func (a *API) attachmentList(ctx context.Context, call *jmap.Call) (any, error) {
	args, _, o, err := a.attachment(ctx, call)
	if err != nil {
		return nil, err
	}
	defer o.Close()
	out := &jmapmail.AttachmentList{AccountID: args.AccountID, BlobID: args.BlobID, Entries: []jmapmail.ArchiveEntry{}}
	list, err := archive.List(o, o.size, archive.Limits{})
	if errs.Is(err, errs.Invalid) {
		return out, nil
	}
	if err != nil {
		return nil, err
	}
	out.IsArchive, out.Total, out.IsTruncated = true, max(list.Total, len(list.Entries)), list.IsCut
	for _, e := range list.Entries {
		entry := jmapmail.ArchiveEntry{Name: e.Name, Size: e.Size, PackedSize: e.Packed, IsFolder: e.IsFolder, IsEncrypted: e.IsEncrypted}
		if !e.Modified.IsZero() {
			at := e.Modified.Format("2006-01-02T15:04:05")
			entry.Modified = &at
		}
		out.Entries = append(out.Entries, entry)
	}
	return out, nil
}

// attachmentOpen is Attachment/open: the text and the files of a winmail.dat.
func (a *API) attachmentOpen(ctx context.Context, call *jmap.Call) (any, error) {
	args, acc, o, err := a.attachment(ctx, call)
	if err != nil {
		return nil, err
	}
	defer o.Close()
	out := &jmapmail.AttachmentOpened{AccountID: args.AccountID, BlobID: args.BlobID, Files: []jmapmail.OpenedFile{}}
	raw, err := readWhole(o, maxTNEF)
	if err != nil {
		return nil, err
	}
	m, err := tnef.Parse(raw, tnef.Limits{})
	if errs.Is(err, errs.Invalid) {
		return out, nil
	}
	if err != nil {
		return nil, err
	}
	out.IsTNEF, out.IsTruncated = true, m.IsCut
	out.Subject, out.Text, out.HTML = m.Subject, m.Text, m.HTML
	return out, a.keepFiles(ctx, acc, m, out)
}

// keepFiles stores the files of a winmail.dat, those of messages within it too.
func (a *API) keepFiles(ctx context.Context, acc *mail.Account, m *tnef.Message, out *jmapmail.AttachmentOpened) error {
	for _, f := range m.Files {
		if f.Message != nil {
			out.IsTruncated = out.IsTruncated || f.Message.IsCut
			out.Text = strings.TrimSpace(out.Text + "\n\n" + f.Message.Subject + "\n" + f.Message.Text)
			if err := a.keepFiles(ctx, acc, f.Message, out); err != nil {
				return err
			}
			continue
		}
		if len(out.Files) >= maxOpened {
			out.IsTruncated = true
			return nil
		}
		b, err := acc.Keep(ctx, f.Data)
		if err != nil {
			return err
		}
		out.Files = append(out.Files, jmapmail.OpenedFile{BlobID: blobText(b.Hash, ""), Name: f.Name, Type: typeOf(f.Type, f.Name), Size: b.Size})
	}
	return nil
}

// typeOf is the media type of a file: as it is said, else by its ending.
func typeOf(said, name string) string {
	if base, _, err := mime.ParseMediaType(said); err == nil {
		return base
	}
	if base, _, err := mime.ParseMediaType(mime.TypeByExtension(strings.ToLower(path.Ext(name)))); err == nil {
		return base
	}
	return "application/octet-stream"
}

// convertTime bounds the waiting for a PDF, the queue before it included.
const convertTime = 90 * time.Second

// attachmentConvert is Attachment/convert: a document as PDF.
func (a *API) attachmentConvert(ctx context.Context, call *jmap.Call) (any, error) {
	args, acc, o, err := a.attachment(ctx, call)
	if err != nil {
		return nil, err
	}
	defer o.Close()
	out := &jmapmail.AttachmentConverted{AccountID: args.AccountID, BlobID: args.BlobID}
	kind := convert.Kind(args.Type, args.Name)
	if kind == "" {
		out.Reason = reason("notDocument")
		return out, nil
	}
	ctx, cancel := context.WithTimeout(ctx, convertTime)
	defer cancel()
	b, err := acc.Convert(ctx, args.BlobID, kind, func() ([]byte, error) { return readWhole(o, maxDocument) })
	switch errs.KindOf(err) {
	case errs.Unsupported:
		out.Reason = reason("notInstalled")
	case errs.TooLarge:
		out.Reason = reason("tooLarge")
	case errs.RateLimited, errs.Unavailable:
		out.Reason = reason("busy")
	case errs.Invalid:
		out.Reason = reason("failed")
	default:
		if err == nil {
			pdf := blobText(b.Hash, "")
			out.PDF = &pdf
		}
	}
	if out.PDF == nil && out.Reason == nil {
		return nil, err
	}
	return out, nil
}

func reason(s string) *string { return &s }

func readWhole(o *opened, limit int64) ([]byte, error) {
	if o.size > limit {
		return nil, errs.E(errs.TooLarge, "The file has more than %d bytes.", limit)
	}
	return io.ReadAll(sectionOf(o))
}
