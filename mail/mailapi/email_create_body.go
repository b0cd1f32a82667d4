package mailapi

import (
	"encoding/json"
	"io"
	"strings"

	"chancery/kit/errs"
	"chancery/wire/compose"
	"chancery/wire/jmap"
)

// newPart is an EmailBodyPart as a client gives it.
type newPart struct {
	PartID      *string           `json:"partId"`
	BlobID      *string           `json:"blobId"`
	Size        *int64            `json:"size"`
	Name        *string           `json:"name"`
	Type        *string           `json:"type"`
	Charset     *string           `json:"charset"`
	Disposition *string           `json:"disposition"`
	CID         *string           `json:"cid"`
	Language    []string          `json:"language"`
	Location    *string           `json:"location"`
	SubParts    []json.RawMessage `json:"subParts"`
}

// body makes the tree: as bodyStructure gives it, or of the three lists.
func (d *draft) body() (*compose.Node, error) {
	var n *compose.Node
	var err error
	switch {
	case d.structure != nil && len(d.lists) > 0:
		return nil, jmap.BadProperty("bodyStructure", "Give either bodyStructure or textBody, htmlBody and attachments.")
	case d.structure != nil:
		n, err = d.node("bodyStructure", d.structure, 0)
	default:
		n, err = d.usual()
	}
	if err != nil {
		return nil, err
	}
	if len(d.missing) > 0 {
		e := jmap.Refuse(jmap.BlobNotFound, "Some blobs are not there.")
		e.NotFound = d.missing
		return nil, e
	}
	if most := min(d.api.conf.MaxSizeAttachments, d.acc.MaxAttachments()); d.size > most {
		e := jmap.Refuse(jmap.TooLarge, "The attachments have %d bytes, at most %d.", d.size, most)
		e.MaxSize = most
		return nil, e
	}
	return n, nil
}

// usual puts text, HTML and attachments together: alternatives in the middle,
// pictures that the HTML shows beside it, attachments around.
func (d *draft) usual() (*compose.Node, error) {
	var bodies []*compose.Node
	for _, b := range []struct{ list, kind string }{{"textBody", "text/plain"}, {"htmlBody", "text/html"}} {
		list := d.lists[b.list]
		if len(list) == 0 {
			continue
		}
		// "It MUST contain exactly one part and it MUST be of type text/plain."
		if len(list) > 1 {
			return nil, jmap.BadProperty(b.list, "%s has exactly one part.", b.list)
		}
		n, err := d.node(b.list, list[0], 0)
		if err != nil {
			return nil, err
		}
		if n.Type == "" {
			n.Type = b.kind
		}
		if n.Type != b.kind {
			return nil, jmap.BadProperty(b.list, "The part of %s is of type %s.", b.list, b.kind)
		}
		bodies = append(bodies, n)
	}
	var inline, attached []*compose.Node
	for _, raw := range d.lists["attachments"] {
		n, err := d.node("attachments", raw, 0)
		if err != nil {
			return nil, err
		}
		if n.ContentID != "" && n.Disposition == "inline" && len(d.lists["htmlBody"]) > 0 {
			inline = append(inline, n)
			continue
		}
		if n.Disposition == "" {
			n.Disposition = "attachment"
		}
		attached = append(attached, n)
	}
	if len(inline) > 0 {
		last := len(bodies) - 1
		bodies[last] = &compose.Node{Type: "multipart/related", Params: []string{"type", "text/html"}, Parts: append([]*compose.Node{bodies[last]}, inline...)}
	}
	var top *compose.Node
	switch len(bodies) {
	case 0:
		if len(attached) == 1 {
			return attached[0], nil
		}
	case 1:
		top = bodies[0]
	default:
		top = &compose.Node{Type: "multipart/alternative", Parts: bodies}
	}
	switch {
	case len(attached) == 0 && top == nil:
		return &compose.Node{Type: "text/plain"}, nil
	case len(attached) == 0:
		return top, nil
	case top != nil:
		attached = append([]*compose.Node{top}, attached...)
	}
	return &compose.Node{Type: "multipart/mixed", Parts: attached}, nil
}

// node makes one part and those in it. Property is whom to blame.
func (d *draft) node(property string, raw json.RawMessage, depth int) (*compose.Node, error) {
	if d.parts++; d.parts > maxParts || depth > 40 {
		return nil, jmap.BadProperty(property, "An email has at most %d parts, nested at most 40 deep.", maxParts)
	}
	var object jmap.Members
	if json.Unmarshal(raw, &object) != nil {
		return nil, jmap.BadProperty(property, "A part is an object.")
	}
	n := &compose.Node{}
	var plain jmap.Members
	named := map[string]bool{}
	for _, m := range object {
		if !strings.HasPrefix(m.Key, "header:") {
			plain = append(plain, m)
			continue
		}
		fields, field, err := headerFields(m.Key, m.Value)
		if err != nil {
			return nil, jmap.BadProperty(property+"/"+m.Key, "%s", jmap.SetErrorOf(err).Description)
		}
		lower := strings.ToLower(field)
		if lower == "content-transfer-encoding" || named[lower] || depth == 0 && property == "bodyStructure" && d.named[lower] != "" {
			return nil, jmap.BadProperty(property+"/"+m.Key, "The field %s cannot be given here, or is given twice.", field)
		}
		named[lower] = true
		n.Header = append(n.Header, fields...)
	}
	b, err := plain.MarshalJSON()
	if err != nil {
		return nil, err
	}
	var p newPart
	if plain != nil {
		if err := jmap.DecodeStrict(b, &p); err != nil {
			return nil, jmap.BadProperty(property, "%s", jmap.SetErrorOf(err).Description)
		}
	}
	if err := d.describe(property, n, p, named); err != nil {
		return nil, err
	}
	return n, d.fill(property, n, p, depth)
}

// describe takes over what a part says of itself.
func (d *draft) describe(property string, n *compose.Node, p newPart, named map[string]bool) error {
	for _, x := range []struct {
		from  *string
		to    *string
		field string
	}{{p.Type, &n.Type, "content-type"}, {p.Disposition, &n.Disposition, "content-disposition"}, {p.Name, &n.Name, ""},
		{p.CID, &n.ContentID, "content-id"}, {p.Location, &n.Location, "content-location"}} {
		if x.from == nil {
			continue
		}
		if named[x.field] {
			return jmap.BadProperty(property, "The field %s is given twice.", x.field)
		}
		if strings.ContainsAny(*x.from, "\r\n\x00") {
			return jmap.BadProperty(property, "A value of the part has a line end.")
		}
		*x.to = *x.from
	}
	n.Type, n.Language = strings.ToLower(n.Type), p.Language
	if n.Type != "" && (strings.Count(n.Type, "/") != 1 || strings.ContainsAny(n.Type, " ;,\"()<>@[]?=\\\t")) {
		return jmap.BadProperty(property+"/type", "%q is not a media type.", n.Type)
	}
	return nil
}

// fill gives a part its content: parts, a body value, or a blob.
func (d *draft) fill(property string, n *compose.Node, p newPart, depth int) error {
	multipart := strings.HasPrefix(n.Type, "multipart/")
	switch {
	case multipart && (p.PartID != nil || p.BlobID != nil), !multipart && len(p.SubParts) > 0, multipart && len(p.SubParts) == 0:
		return jmap.BadProperty(property, "A multipart has subParts; any other part has a partId or a blobId.")
	case p.PartID != nil && p.BlobID != nil:
		return jmap.BadProperty(property, "A part has a partId or a blobId, not both.")
	case multipart:
		for _, raw := range p.SubParts {
			child, err := d.node(property, raw, depth+1)
			if err != nil {
				return err
			}
			n.Parts = append(n.Parts, child)
		}
		return nil
	case p.PartID != nil:
		return d.text(property, n, p)
	case p.BlobID != nil:
		return d.blob(n, p)
	}
	return jmap.BadProperty(property, "A part has a partId or a blobId.")
}

// text takes the content from bodyValues. Members may come in any order, so
// bodyValues is complete only now.
func (d *draft) text(property string, n *compose.Node, p newPart) error {
	v, ok := d.values[*p.PartID]
	switch {
	case !ok:
		return jmap.BadProperty("bodyValues", "There is no body value %q.", *p.PartID)
	case p.Charset != nil:
		return jmap.BadProperty(property+"/charset", "The charset of a body value is chosen by the server.")
	case n.Type != "" && !strings.HasPrefix(n.Type, "text/"):
		return jmap.BadProperty(property+"/type", "A body value is for a part of type text.")
	}
	n.Text = v.Value
	return nil
}

// blob takes the content from a blob, which is opened when it is written.
func (d *draft) blob(n *compose.Node, p newPart) error {
	text, _ := d.call.Resolve(*p.BlobID)
	o, err := d.api.openBlob(d.ctx, d.acc, text)
	if k := errs.KindOf(err); err != nil && (k == errs.NotFound || k == errs.Invalid) {
		d.missing = append(d.missing, *p.BlobID)
		return nil
	}
	if err != nil {
		return err
	}
	d.size += o.size
	d.tookFrom(o)
	if err := o.Close(); err != nil {
		return err
	}
	if n.Type == "" {
		n.Type = "application/octet-stream"
	}
	if p.Charset != nil {
		n.Charset = *p.Charset
	}
	n.Open = func() (io.ReadCloser, error) {
		o, err := d.api.openBlob(d.ctx, d.acc, text)
		if err != nil {
			return nil, err
		}
		return struct {
			io.Reader
			io.Closer
		}{sectionOf(o), o}, nil
	}
	return nil
}
