package convert

import (
	"bytes"
	"context"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"chancery/kit/errs"
)

// libreOffice is the real one, which .ci/setup installs; where it is not, the
// stand-ins of convert_test.go are all that is tested.
func libreOffice(t *testing.T, conf Config) *Converter {
	t.Helper()
	if testing.Short() {
		t.Skip("LibreOffice takes seconds")
	}
	if conf.Time == 0 {
		conf.Time = 2 * time.Minute
	}
	c := New(conf)
	if !c.Available() {
		t.Skip("LibreOffice is not installed: .ci/setup installs it")
	}
	return c
}

// textOf is what can be read in a PDF.
func textOf(t *testing.T, pdf []byte) string {
	t.Helper()
	if !bytes.HasPrefix(pdf, []byte("%PDF-")) {
		t.Fatalf("not a PDF: %.40q", pdf)
	}
	if _, err := exec.LookPath("pdftotext"); err != nil {
		t.Skip("pdftotext is not installed: .ci/setup installs it")
	}
	cmd := exec.Command("pdftotext", "-enc", "UTF-8", "-", "-")
	cmd.Stdin = bytes.NewReader(pdf)
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("the PDF cannot be read: %v", err)
	}
	return strings.Join(strings.Fields(string(out)), " ")
}

// old makes a document of the binary formats, by LibreOffice itself.
func old(t *testing.T, c *Converter, kind string, from []byte, fromKind string) []byte {
	t.Helper()
	dir := t.TempDir()
	in := filepath.Join(dir, "a."+fromKind)
	if err := os.WriteFile(in, from, 0o600); err != nil {
		t.Fatal(err)
	}
	if out, err := exec.Command(c.program, "-env:UserInstallation=file://"+dir+"/p", "--headless", "--convert-to", kind, "--outdir", dir, in).CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	b, err := os.ReadFile(filepath.Join(dir, "a."+kind))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// TestLibreOffice shows each kind of document with its words.
func TestLibreOffice(t *testing.T) {
	c := libreOffice(t, Config{})
	cell := `<c r="A1" t="inlineStr"><is><t>` + words + `</t></is></c>`
	table := `<table:table table:name="a"><table:table-row><table:table-cell><text:p>` + words + `</text:p></table:table-cell></table:table-row></table:table>`
	frame := `<draw:page draw:name="a"><draw:frame svg:width="24cm" svg:height="8cm" svg:x="1cm" svg:y="1cm"><draw:text-box><text:p>` + words + `</text:p></draw:text-box></draw:frame></draw:page>`
	text := odt(t, `<text:p>`+words+`</text:p>`)
	for kind, doc := range map[string][]byte{
		"docx": docx(t, paragraph(words)),
		"xlsx": xlsx(t, cell),
		"pptx": pptx(t, words),
		"odt":  text,
		"ods":  odf(t, "spreadsheet", content("spreadsheet", table, ""), ">"),
		"odp":  odf(t, "presentation", content("presentation", frame, ""), ">"),
		"rtf":  []byte(`{\rtf1\ansi Road \u-28589?\u-29201? plan}`),
		"doc":  old(t, c, "doc", text, "odt"),
		"xls":  old(t, c, "xls", xlsx(t, cell), "xlsx"),
		"ppt":  old(t, c, "ppt", pptx(t, words), "pptx"),
	} {
		t.Run(kind, func(t *testing.T) {
			pdf, err := c.PDF(t.Context(), kind, bytes.NewReader(doc))
			if err != nil {
				t.Fatal(err)
			}
			got := textOf(t, pdf)
			wanted := []string{"道路養護計畫", "堃", "道路养护计划", "도로 관리 계획", "Kế hoạch bảo trì đường", "Road plan"}
			if kind == "rtf" {
				wanted = []string{"Road 道路 plan"}
			}
			for _, want := range wanted {
				if !strings.Contains(got, want) {
					t.Errorf("%q is not in %q", want, got)
				}
			}
		})
	}
}

// TestNothingFetched gives documents that name what stands elsewhere: in the
// network, and in a file of this server that its reader must not see.
func TestNothingFetched(t *testing.T) {
	// Without a network namespace: it is not everywhere, and TestNoNetwork checks it.
	c := bare(libreOffice(t, Config{}))
	var asked atomic.Int32
	web := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		asked.Add(1)
		if strings.HasSuffix(r.URL.Path, ".svg") {
			w.Header().Set("Content-Type", "image/svg+xml")
			_, _ = io.WriteString(w, drawing("FETCHED"))
			return
		}
		_, _ = io.WriteString(w, "FETCHED")
	}))
	defer web.Close()
	// One that is not in the directory of the document.
	secret := filepath.Join(t.TempDir(), "secret.txt")
	if err := os.WriteFile(secret, []byte("TOPSECRET"), 0o600); err != nil {
		t.Fatal(err)
	}
	book := filepath.Join(filepath.Dir(secret), "secret.xlsx")
	image := filepath.Join(filepath.Dir(secret), "secret.svg")
	if err := os.WriteFile(image, []byte(drawing("TOPSECRET")), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(book, xlsx(t, `<c r="A1" t="inlineStr"><is><t>TOPSECRET</t></is></c>`), 0o600); err != nil {
		t.Fatal(err)
	}
	picture := `<w:p><w:r><w:drawing><wp:inline><wp:extent cx="900000" cy="900000"/><wp:docPr id="1" name="a"/><a:graphic><a:graphicData uri="http://schemas.openxmlformats.org/drawingml/2006/picture"><pic:pic><pic:nvPicPr><pic:cNvPr id="0" name="a"/><pic:cNvPicPr/></pic:nvPicPr><pic:blipFill><a:blip r:link="rId1"/></pic:blipFill><pic:spPr><a:prstGeom prst="rect"/></pic:spPr></pic:pic></a:graphicData></a:graphic></wp:inline></w:drawing></w:r></w:p>`
	field := func(code string) string {
		return `<w:p><w:r><w:fldChar w:fldCharType="begin"/></w:r><w:r><w:instrText>` + code + `</w:instrText></w:r><w:r><w:fldChar w:fldCharType="end"/></w:r></w:p>`
	}
	for _, where := range []struct{ name, text, image, book string }{
		{"network", web.URL + "/a.txt", web.URL + "/a.svg", web.URL + "/a.xlsx"},
		{"file", "file://" + secret, "file://" + image, "file://" + book},
	} {
		cell := func(f string) string { return `<c r="A1" t="str"><f>` + f + `</f><v>0</v></c>` }
		linked := `<table:table table:name="a"><table:table-source xlink:type="simple" xlink:href="` + where.book + `" table:table-name="預算"/><table:table-row><table:table-cell/></table:table-row></table:table>`
		for name, doc := range map[string]struct {
			kind string
			data []byte
		}{
			"picture.docx":    {"docx", docx(t, paragraph("KEPT")+picture, "image", where.image)},
			"template.docx":   {"docx", docx(t, paragraph("KEPT"), "attachedTemplate", where.text)},
			"includetext":     {"docx", docx(t, paragraph("KEPT")+field(`INCLUDETEXT "`+where.text+`"`))},
			"includepicture":  {"docx", docx(t, paragraph("KEPT")+field(`INCLUDEPICTURE "`+where.image+`" \d`))},
			"section.odt":     {"odt", odt(t, `<text:p>KEPT</text:p><text:section text:name="a"><text:section-source xlink:type="simple" xlink:href="`+where.text+`"/><text:p>old</text:p></text:section>`)},
			"picture.odt":     {"odt", odt(t, `<text:p>KEPT<draw:frame svg:width="3cm" svg:height="3cm"><draw:image xlink:type="simple" xlink:href="`+where.image+`"/></draw:frame></text:p>`)},
			"object.odt":      {"odt", odt(t, `<text:p>KEPT<draw:frame svg:width="3cm" svg:height="3cm"><draw:floating-frame xlink:type="simple" xlink:href="`+where.text+`"/></draw:frame></text:p>`)},
			"webservice.xlsx": {"xlsx", xlsx(t, cell(`_xlfn.WEBSERVICE("`+where.text+`")`)+`<c r="B1" t="inlineStr"><is><t>KEPT</t></is></c>`)},
			"external.xlsx":   {"xlsx", xlsx(t, cell(`'`+where.book+`'#$'預算'.A1`)+`<c r="B1" t="inlineStr"><is><t>KEPT</t></is></c>`)},
			"linked.ods":      {"ods", odf(t, "spreadsheet", content("spreadsheet", linked+`<table:table table:name="b"><table:table-row><table:table-cell><text:p>KEPT</text:p></table:table-cell></table:table-row></table:table>`, ""), ">")},
			"shape.rtf":       {"rtf", []byte(`{\rtf1\ansi KEPT {\shp{\*\shpinst\shpleft0\shptop0\shpright3000\shpbottom3000{\sp{\sn shapeType}{\sv 75}}{\sp{\sn pibName}{\sv ` + where.image + `}}{\sp{\sn pibFlags}{\sv 10}}}}}`)},
			"include.rtf":     {"rtf", []byte(`{\rtf1\ansi KEPT {\field{\*\fldinst INCLUDETEXT "` + where.text + `"}{\fldrslt old}}{\field{\*\fldinst INCLUDEPICTURE "` + where.image + `"}{\fldrslt old}}}`)},
		} {
			t.Run(where.name+"/"+name, func(t *testing.T) {
				pdf, err := c.PDF(t.Context(), doc.kind, bytes.NewReader(doc.data))
				if err == nil { // refused is safe as well
					if text := textOf(t, pdf); strings.Contains(text, "TOPSECRET") || strings.Contains(text, "FETCHED") {
						t.Errorf("it fetched: %q", text)
					}
				}
				if n := asked.Swap(0); n != 0 {
					t.Errorf("%d requests", n)
				}
			})
		}
	}
}

// drawing is a picture with a word in it, which can be found in a PDF.
func drawing(text string) string {
	return `<svg xmlns="http://www.w3.org/2000/svg" width="300" height="100"><text x="10" y="50" font-size="30">` + text + `</text></svg>`
}

// bare is the same converter on a machine that allows no network namespace.
func bare(c *Converter) *Converter {
	b := &Converter{conf: c.conf, program: c.program, turn: make(chan struct{}, 1)}
	b.shut.Do(func() {})
	return b
}

// TestNoNetwork checks the namespace itself: a program in it reaches nobody.
func TestNoNetwork(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	c := New(Config{Program: stand(t, `exec 5<>/dev/tcp/127.0.0.1/`+l.Addr().String()[10:]+` && echo reached > "$out/document.pdf"`)})
	if c.isolation() == nil {
		t.Skip("this machine allows no network namespace")
	}
	if pdf, err := c.PDF(t.Context(), "doc", strings.NewReader("x")); err == nil {
		t.Errorf("%s", pdf)
	}
}

// TestHostile gives what must be refused, or shown without harm, and in time.
func TestHostile(t *testing.T) {
	mark := filepath.Join(t.TempDir(), "macro-ran")
	basic := `Sub Main` + "\n" + `Open "` + mark + `" For Output As #1` + "\n" + `Close #1` + "\n" + `End Sub`
	macro := odf(t, "text", content("text", `<text:p>KEPT</text:p>`, `<office:scripts><office:event-listeners><script:event-listener script:language="ooo:script" script:event-name="dom:load" xlink:href="vnd.sun.star.script:Standard.Module1.Main?language=Basic&amp;location=document" xlink:type="simple"/></office:event-listeners></office:scripts>`), ">",
		file{"Basic/script-lc.xml", prolog + `<library:libraries xmlns:library="http://openoffice.org/2000/library" xmlns:xlink="http://www.w3.org/1999/xlink"><library:library library:name="Standard" library:link="false"/></library:libraries>`},
		file{"Basic/Standard/script-lb.xml", prolog + `<library:library xmlns:library="http://openoffice.org/2000/library" library:name="Standard" library:readonly="false" library:passwordprotected="false"><library:element library:name="Module1"/></library:library>`},
		file{"Basic/Standard/Module1.xml", prolog + `<script:module xmlns:script="http://openoffice.org/2000/script" script:name="Module1" script:language="StarBasic">` + basic + `</script:module>`})
	sealed := odf(t, "text", strings.Repeat("\x8f\x01\xfe", 400), ` manifest:size="4000"><manifest:encryption-data manifest:checksum-type="SHA1/1K" manifest:checksum="AAAAAAAAAAAAAAAAAAAAAAAAAAA="><manifest:algorithm manifest:algorithm-name="Blowfish CFB" manifest:initialisation-vector="AAAAAAAAAAA="/><manifest:key-derivation manifest:key-derivation-name="PBKDF2" manifest:iteration-count="1024" manifest:salt="AAAAAAAAAAAAAAAAAAAAAA=="/></manifest:encryption-data>`)
	bomb := docx(t, strings.Repeat(paragraph(strings.Repeat("bomb ", 2000)), 20_000)) // 200 MB of text in a small file
	deep := docx(t, strings.Repeat(`<w:tbl><w:tr><w:tc>`, 5000)+paragraph("x")+strings.Repeat(`</w:tc></w:tr></w:tbl>`, 5000))
	cyclic := odt(t, `<text:section text:name="a"><text:section-source text:section-name="a"/><text:p>KEPT</text:p></text:section>`)
	const most = 10 * time.Second
	for name, doc := range map[string]struct {
		kind   string
		data   []byte
		shown  string // what is shown; "" for nothing
		either bool   // shown or refused
	}{
		"macro":     {kind: "odt", data: macro, shown: "KEPT"},
		"password":  {kind: "odt", data: sealed},
		"bomb":      {kind: "docx", data: bomb, either: true},
		"deep":      {kind: "docx", data: deep, either: true},
		"cyclic":    {kind: "odt", data: cyclic, either: true},
		"cut":       {kind: "docx", data: docx(t, paragraph(words))[:300], either: true},
		"empty":     {kind: "xlsx", either: true},
		"no page":   {kind: "pptx", data: pack(t, file{"x", "y"}), either: true},
		"a program": {kind: "doc", data: append([]byte("\x7fELF\x02\x01\x01"), make([]byte, 4096)...), either: true},
	} {
		t.Run(name, func(t *testing.T) {
			c := libreOffice(t, Config{Time: most, Memory: 2 << 30, MaxOutput: 20 << 20})
			before, start := processes(t), time.Now()
			pdf, err := c.PDF(t.Context(), doc.kind, bytes.NewReader(doc.data))
			if took := time.Since(start); took > most+5*time.Second {
				t.Errorf("it took %s", took)
			}
			if kind := errs.KindOf(err); err != nil && kind != errs.Invalid && kind != errs.TooLarge {
				t.Errorf("%v", err)
			}
			if err == nil && !doc.either && (doc.shown == "" || !strings.Contains(textOf(t, pdf), doc.shown)) || err != nil && doc.shown != "" {
				t.Errorf("%.30q, %v", pdf, err)
			}
			if _, err := os.Stat(mark); err == nil {
				t.Error("the macro ran")
			}
			nothingLeft(t, before)
		})
	}
}

// TestGivenUp ends the conversion of somebody who left.
func TestGivenUp(t *testing.T) {
	c := libreOffice(t, Config{})
	before := processes(t)
	ctx, cancel := context.WithTimeout(t.Context(), 300*time.Millisecond)
	defer cancel()
	if _, err := c.PDF(ctx, "docx", bytes.NewReader(docx(t, paragraph(words)))); err == nil {
		t.Error("it was converted in 300 ms")
	}
	nothingLeft(t, before)
}
