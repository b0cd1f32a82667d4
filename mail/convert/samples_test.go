package convert

import (
	"archive/zip"
	"bytes"
	"fmt"
	"io"
	"strings"
	"testing"
)

// words stand in every sample: Han of two regions with a rare one, Hangul,
// Vietnamese with its marks, Latin.
const words = "道路養護計畫 堃 – 道路养护计划 – 도로 관리 계획 – Kế hoạch bảo trì đường – Road plan"

const (
	office   = `xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0" xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0" xmlns:draw="urn:oasis:names:tc:opendocument:xmlns:drawing:1.0" xmlns:svg="urn:oasis:names:tc:opendocument:xmlns:svg-compatible:1.0" xmlns:xlink="http://www.w3.org/1999/xlink" xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0" xmlns:script="urn:oasis:names:tc:opendocument:xmlns:script:1.0"`
	word     = `xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main" xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships" xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main" xmlns:wp="http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing" xmlns:pic="http://schemas.openxmlformats.org/drawingml/2006/picture"`
	slides   = `xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main" xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships" xmlns:p="http://schemas.openxmlformats.org/presentationml/2006/main"`
	relation = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/"
	prolog   = `<?xml version="1.0" encoding="UTF-8" standalone="yes"?>`
)

// file is one file of a document, which is a ZIP archive.
type file struct{ name, text string }

func pack(t testing.TB, files ...file) []byte {
	t.Helper()
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	for _, f := range files {
		w, err := z.Create(f.name)
		if err == nil {
			_, err = io.WriteString(w, f.text)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func types(overrides ...string) file {
	s := prolog + `<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" ContentType="application/xml"/>`
	for i := 0; i < len(overrides); i += 2 {
		s += fmt.Sprintf(`<Override PartName="%s" ContentType="application/vnd.openxmlformats-officedocument.%s+xml"/>`, overrides[i], overrides[i+1])
	}
	return file{"[Content_Types].xml", s + `</Types>`}
}

// rels are relations: kind, target, kind, target; a target with a scheme is outside the document.
func rels(name string, pairs ...string) file {
	s := prolog + `<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">`
	for i := 0; i < len(pairs); i += 2 {
		mode := ""
		if strings.Contains(pairs[i+1], "://") {
			mode = ` TargetMode="External"`
		}
		s += fmt.Sprintf(`<Relationship Id="rId%d" Type="%s%s" Target="%s"%s/>`, i/2+1, relation, pairs[i], pairs[i+1], mode)
	}
	return file{name, s + `</Relationships>`}
}

// docx is a letter of Word with these paragraphs, and relations of it.
func docx(t testing.TB, body string, relations ...string) []byte {
	return pack(t, types("/word/document.xml", "wordprocessingml.document.main"), rels("_rels/.rels", "officeDocument", "word/document.xml"),
		file{"word/document.xml", prolog + `<w:document ` + word + `><w:body>` + body + `</w:body></w:document>`},
		rels("word/_rels/document.xml.rels", relations...))
}

func paragraph(text string) string { return `<w:p><w:r><w:t>` + text + `</w:t></w:r></w:p>` }

// xlsx is a table of Excel with these cells in its first row.
func xlsx(t testing.TB, cells string) []byte {
	return pack(t, types("/xl/workbook.xml", "spreadsheetml.sheet.main", "/xl/worksheets/sheet1.xml", "spreadsheetml.worksheet"),
		rels("_rels/.rels", "officeDocument", "xl/workbook.xml"), rels("xl/_rels/workbook.xml.rels", "worksheet", "worksheets/sheet1.xml"),
		file{"xl/workbook.xml", prolog + `<workbook xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"><sheets><sheet name="預算" sheetId="1" r:id="rId1"/></sheets></workbook>`},
		file{"xl/worksheets/sheet1.xml", prolog + `<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><cols><col min="1" max="1" width="90" customWidth="1"/></cols><sheetData><row r="1">` + cells + `</row></sheetData></worksheet>`})
}

// pptx is one slide of PowerPoint.
func pptx(t testing.TB, text string) []byte {
	shape := `<p:sp><p:nvSpPr><p:cNvPr id="2" name="a"/><p:cNvSpPr txBox="1"/><p:nvPr/></p:nvSpPr><p:spPr><a:xfrm><a:off x="300000" y="300000"/><a:ext cx="8500000" cy="3000000"/></a:xfrm><a:prstGeom prst="rect"><a:avLst/></a:prstGeom></p:spPr><p:txBody><a:bodyPr wrap="square"/><a:p><a:r><a:rPr sz="1400"/><a:t>` + text + `</a:t></a:r></a:p></p:txBody></p:sp>`
	tree := func(in string) string {
		return `<p:cSld><p:spTree><p:nvGrpSpPr><p:cNvPr id="1" name=""/><p:cNvGrpSpPr/><p:nvPr/></p:nvGrpSpPr><p:grpSpPr/>` + in + `</p:spTree></p:cSld>`
	}
	colours := `<p:clrMap bg1="lt1" tx1="dk1" bg2="lt2" tx2="dk2" accent1="accent1" accent2="accent2" accent3="accent3" accent4="accent4" accent5="accent5" accent6="accent6" hlink="hlink" folHlink="folHlink"/>`
	return pack(t, types("/ppt/presentation.xml", "presentationml.presentation.main", "/ppt/slides/slide1.xml", "presentationml.slide", "/ppt/slideLayouts/slideLayout1.xml", "presentationml.slideLayout", "/ppt/slideMasters/slideMaster1.xml", "presentationml.slideMaster"),
		rels("_rels/.rels", "officeDocument", "ppt/presentation.xml"), rels("ppt/_rels/presentation.xml.rels", "slideMaster", "slideMasters/slideMaster1.xml", "slide", "slides/slide1.xml"),
		file{"ppt/presentation.xml", prolog + `<p:presentation ` + slides + `><p:sldMasterIdLst><p:sldMasterId id="2147483648" r:id="rId1"/></p:sldMasterIdLst><p:sldIdLst><p:sldId id="256" r:id="rId2"/></p:sldIdLst><p:sldSz cx="9144000" cy="6858000"/><p:notesSz cx="6858000" cy="9144000"/></p:presentation>`},
		rels("ppt/slides/_rels/slide1.xml.rels", "slideLayout", "../slideLayouts/slideLayout1.xml"), file{"ppt/slides/slide1.xml", prolog + `<p:sld ` + slides + `>` + tree(shape) + `</p:sld>`},
		rels("ppt/slideLayouts/_rels/slideLayout1.xml.rels", "slideMaster", "../slideMasters/slideMaster1.xml"), file{"ppt/slideLayouts/slideLayout1.xml", prolog + `<p:sldLayout ` + slides + ` type="blank">` + tree("") + `</p:sldLayout>`},
		rels("ppt/slideMasters/_rels/slideMaster1.xml.rels", "slideLayout", "../slideLayouts/slideLayout1.xml"), file{"ppt/slideMasters/slideMaster1.xml", prolog + `<p:sldMaster ` + slides + `>` + tree("") + colours + `<p:sldLayoutIdLst><p:sldLayoutId id="2147483649" r:id="rId1"/></p:sldLayoutIdLst></p:sldMaster>`})
}

// odf is a document of LibreOffice itself: kind is text, spreadsheet or
// presentation, more are further files, entry says more of content.xml.
func odf(t testing.TB, kind, body, entry string, more ...file) []byte {
	media := "application/vnd.oasis.opendocument." + kind
	manifest := prolog + `<manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0" manifest:version="1.2"><manifest:file-entry manifest:full-path="/" manifest:media-type="` + media + `"/>`
	for _, f := range more {
		manifest += `<manifest:file-entry manifest:full-path="` + f.name + `" manifest:media-type="text/xml"/>`
	}
	manifest += `<manifest:file-entry manifest:full-path="content.xml" manifest:media-type="text/xml"` + entry + `</manifest:file-entry></manifest:manifest>`
	return pack(t, append([]file{{"mimetype", media}, {"META-INF/manifest.xml", manifest}, {"content.xml", body}}, more...)...)
}

// content is the content.xml of an odf.
func content(kind, body, scripts string) string {
	return prolog + `<office:document-content ` + office + ` office:version="1.2">` + scripts + `<office:body><office:` + kind + `>` + body + `</office:` + kind + `></office:body></office:document-content>`
}

func odt(t testing.TB, body string) []byte { return odf(t, "text", content("text", body, ""), ">") }
