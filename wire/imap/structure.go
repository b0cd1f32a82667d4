package imap

import (
	"strconv"
	"strings"

	"chancery/wire/mime"
)

// AppendStructure writes the structure of a part (RFC 9051 section 7.5.2):
// BODYSTRUCTURE with ext, BODY without.
func AppendStructure(dst []byte, p *mime.Part, ext, utf8Mode bool) []byte {
	dst = append(dst, '(')
	if p.IsMultipart() {
		for _, k := range p.Parts {
			dst = AppendStructure(dst, k, ext, utf8Mode)
		}
		_, sub := p.Media()
		dst = append(dst, ' ')
		dst = AppendString(dst, sub, utf8Mode)
		if ext {
			dst = append(dst, ' ')
			dst = appendParams(dst, p.Params, utf8Mode)
			dst = appendExtension(dst, p, utf8Mode)
		}
		return append(dst, ')')
	}
	dst = appendSingle(dst, p, ext, utf8Mode)
	if ext {
		dst = append(dst, ' ')
		dst = AppendNString(dst, p.MD5, utf8Mode)
		dst = appendExtension(dst, p, utf8Mode)
	}
	return append(dst, ')')
}

// appendSingle writes the fields of a part that is no multipart, up to the
// extension data.
func appendSingle(dst []byte, p *mime.Part, ext, utf8Mode bool) []byte {
	main, sub := p.Media()
	if main == "multipart" { // one without any part is shown as opaque data
		main, sub = "application", "octet-stream"
	}
	if main == "message" && p.Nested == nil && (sub == "rfc822" || sub == "global") {
		// Its encoding hides the message, so that there is no envelope to show.
		main, sub = "application", "octet-stream"
	}
	dst = AppendString(dst, main, utf8Mode)
	dst = append(dst, ' ')
	dst = AppendString(dst, sub, utf8Mode)
	dst = append(dst, ' ')
	dst = appendParams(dst, p.Params, utf8Mode)
	dst = append(dst, ' ')
	id := p.ID
	if id != "" {
		id = "<" + id + ">"
	}
	dst = AppendNString(dst, id, utf8Mode)
	dst = append(dst, ' ')
	dst = AppendNString(dst, p.Desc, utf8Mode)
	dst = append(dst, ' ')
	cte := p.CTE
	if cte == "" {
		cte = "7bit"
	}
	dst = AppendString(dst, cte, utf8Mode)
	dst = append(dst, ' ')
	dst = strconv.AppendInt(dst, p.End-p.Body, 10)
	if p.Nested != nil && main == "message" {
		dst = append(dst, ' ')
		dst = AppendEnvelope(dst, &p.Nested.Envelope, utf8Mode)
		dst = append(dst, ' ')
		dst = AppendStructure(dst, p.Nested.Root, ext, utf8Mode)
		dst = append(dst, ' ')
		return strconv.AppendInt(dst, p.Lines, 10)
	}
	if main == "text" {
		dst = append(dst, ' ')
		dst = strconv.AppendInt(dst, p.Lines, 10)
	}
	return dst
}

// appendParams writes name and value pairs, or NIL.
func appendParams(dst []byte, params mime.Params, utf8Mode bool) []byte {
	if len(params) < 2 {
		return append(dst, "NIL"...)
	}
	dst = append(dst, '(')
	for i, s := range params[:len(params)&^1] {
		if i > 0 {
			dst = append(dst, ' ')
		}
		dst = AppendString(dst, s, utf8Mode)
	}
	return append(dst, ')')
}

// appendExtension writes disposition, language and location.
func appendExtension(dst []byte, p *mime.Part, utf8Mode bool) []byte {
	if p.Disp == "" {
		dst = append(dst, " NIL"...)
	} else {
		dst = append(dst, " ("...)
		dst = AppendString(dst, p.Disp, utf8Mode)
		dst = append(dst, ' ')
		dst = appendParams(dst, p.DispParams, utf8Mode)
		dst = append(dst, ')')
	}
	dst = append(dst, ' ')
	switch len(p.Lang) {
	case 0:
		dst = append(dst, "NIL"...)
	case 1:
		dst = AppendString(dst, p.Lang[0], utf8Mode)
	default:
		dst = append(dst, '(')
		for i, lang := range p.Lang {
			if i > 0 {
				dst = append(dst, ' ')
			}
			dst = AppendString(dst, strings.TrimSpace(lang), utf8Mode)
		}
		dst = append(dst, ')')
	}
	dst = append(dst, ' ')
	return AppendNString(dst, p.Loc, utf8Mode)
}
