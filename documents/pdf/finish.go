package pdf

import (
	"bytes"
	"crypto/sha256"
	"encoding/xml"
	"fmt"
	"regexp"
	"runtime"
	"slices"
	"strings"
	"time"
)

// building limits how many papers are drawn at once. One takes a few megabytes
// and keeps a processor busy, so more at once would only wait for each other.
var building = make(chan struct{}, max(2, runtime.GOMAXPROCS(0)))

// Bytes draws the paper. Equal papers give equal bytes. The paper must not be
// changed or drawn again afterwards.
func (d *Doc) Bytes() ([]byte, error) {
	a, err := d.assemble()
	if err != nil {
		return nil, err
	}
	if d.widget != nil {
		d.writeWidget(a, 0, Claim{})
	}
	out, _ := a.write()
	return out, nil
}

// assemble draws the pages and adds what gofpdf cannot.
func (d *Doc) assemble() (*assembly, error) {
	building <- struct{}{}
	defer func() { <-building }()
	d.furnish()
	if d.err != nil {
		return nil, d.err
	}
	f, err := d.play()
	if err != nil {
		return nil, fmt.Errorf("pdf: draw %q: %w", d.info.Number, err)
	}
	var raw bytes.Buffer
	if err := f.Output(&raw); err != nil {
		return nil, fmt.Errorf("pdf: draw %q: %w", d.info.Number, err)
	}
	a, err := take(raw.Bytes())
	if err != nil {
		return nil, err
	}
	if len(a.pages) != len(d.pages) {
		return nil, fmt.Errorf("pdf: draw %q: %d pages became %d", d.info.Number, len(d.pages), len(a.pages))
	}
	a.nameFonts(d.faces)
	a.mapToUnicode()
	if d.widget != nil {
		a.widget, a.frame = a.reserve(), d.widget.frame(a)
	}
	d.finish(a)
	return a, nil
}

// finish writes the pages anew, with the objects around them.
func (d *Doc) finish(a *assembly) {
	catalog := fmt.Sprintf("<</Type/Catalog/Pages 1 0 R/Lang(%s)/ViewerPreferences<</DisplayDocTitle true>>", d.info.Language)
	catalog += fmt.Sprintf("/MarkInfo<</Marked true>>/StructTreeRoot %d 0 R", a.writeTree(d.root, d.pages))
	catalog += d.outline(a) + d.output(a) + d.embed(a)
	catalog += fmt.Sprintf("/Metadata %d 0 R", a.stream("/Type/Metadata/Subtype/XML", d.xmp(), false))
	for i, n := range a.pages {
		annots := ""
		if d.widget != nil && d.widget.page == i {
			annots = fmt.Sprintf("/Annots[%d 0 R]", a.widget)
			catalog += fmt.Sprintf("/AcroForm<</Fields[%d 0 R]/SigFlags 3>>", a.widget)
		}
		a.pack(n + 1)
		a.set(n, fmt.Sprintf("<</Type/Page/Parent 1 0 R/Resources 2 0 R/Contents %d 0 R/StructParents %d/Tabs/S%s>>", n+1, i, annots))
	}
	a.set(a.catalog, catalog+">>")
	a.set(a.info, "<</Title"+textString(d.info.Title)+"/Subject"+textString(d.info.Subject)+"/Author"+textString(d.info.Author)+
		"/Creator"+textString(creator)+"/Producer"+textString(producer)+"/CreationDate"+date(d.info.At)+"/ModDate"+date(d.info.At)+">>")
}

const (
	creator  = "Probity"
	producer = "Probity documents/pdf over gofpdf 1.16.2"
)

// outline writes the bookmarks.
func (d *Doc) outline(a *assembly) string {
	if len(d.marks) == 0 {
		return ""
	}
	root := a.reserve()
	numbers := make([]int, len(d.marks))
	for i := range numbers {
		numbers[i] = a.reserve()
	}
	// kids of each entry, -1 is the root; an entry hangs under the last one
	// before it of a lower level.
	kids := map[int][]int{}
	up := make([]int, len(d.marks))
	for i, m := range d.marks {
		up[i] = -1
		for j := i - 1; j >= 0; j-- {
			if d.marks[j].level < m.level {
				up[i] = j
				break
			}
		}
		kids[up[i]] = append(kids[up[i]], i)
	}
	object := func(i int) int {
		if i < 0 {
			return root
		}
		return numbers[i]
	}
	ends := func(i int) string {
		k := kids[i]
		if len(k) == 0 {
			return ""
		}
		return fmt.Sprintf("/First %d 0 R/Last %d 0 R/Count %d", numbers[k[0]], numbers[k[len(k)-1]], len(k))
	}
	for i, m := range d.marks {
		s := fmt.Sprintf("<</Title%s/Parent %d 0 R%s", textString(m.text), object(up[i]), ends(i))
		siblings := kids[up[i]]
		at := slices.Index(siblings, i)
		if at > 0 {
			s += fmt.Sprintf("/Prev %d 0 R", numbers[siblings[at-1]])
		}
		if at < len(siblings)-1 {
			s += fmt.Sprintf("/Next %d 0 R", numbers[siblings[at+1]])
		}
		a.set(numbers[i], s+fmt.Sprintf("/Dest[%d 0 R/XYZ 0 %s null]>>", a.pages[m.page], thousandths(int(pageHeight-m.y+800)*10)))
	}
	a.set(root, "<</Type/Outlines"+ends(-1)+">>")
	return fmt.Sprintf("/Outlines %d 0 R/PageMode/UseOutlines", root)
}

// output names the colour space that the paper's colours are meant in.
func (d *Doc) output(a *assembly) string {
	profile := a.stream("/N 3", srgb(), true)
	return fmt.Sprintf("/OutputIntents[<</Type/OutputIntent/S/GTS_PDFA1/OutputConditionIdentifier(sRGB)/Info(sRGB IEC61966-2.1)/DestOutputProfile %d 0 R>>]", profile)
}

// embed writes the attached files, in the order of their names as a name tree
// wants it.
func (d *Doc) embed(a *assembly) string {
	if len(d.files) == 0 {
		return ""
	}
	var names, all strings.Builder
	for _, f := range slices.SortedFunc(slices.Values(d.files), func(x, y File) int { return strings.Compare(x.Name, y.Name) }) {
		data := a.stream(fmt.Sprintf("/Type/EmbeddedFile/Subtype/%s/Params<</Size %d/ModDate%s>>",
			strings.ReplaceAll(f.Type, "/", "#2F"), len(f.Data), date(d.info.At)), f.Data, true)
		spec := a.add(fmt.Sprintf("<</Type/Filespec/F(%s)/UF%s/Desc%s/AFRelationship/%s/EF<</F %d 0 R/UF %d 0 R>>>>",
			f.Name, textString(f.Name), textString(f.About), f.Relation, data, data))
		fmt.Fprintf(&names, "(%s)%d 0 R ", f.Name, spec)
		fmt.Fprintf(&all, "%d 0 R ", spec)
	}
	return "/Names<</EmbeddedFiles<</Names[" + names.String() + "]>>>>/AF[" + all.String() + "]"
}

// xmp writes the metadata in XML. It claims no conformance with any profile.
func (d *Doc) xmp() []byte {
	esc := func(s string) string {
		var b strings.Builder
		xml.EscapeText(&b, []byte(s))
		return b.String()
	}
	at := d.info.At.UTC().Format(time.RFC3339)
	return []byte("<?xpacket begin=\"\ufeff\" id=\"W5M0MpCehiHzreSzNTczkc9d\"?>\n" +
		`<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">` +
		`<rdf:Description rdf:about="" xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:xmp="http://ns.adobe.com/xap/1.0/" xmlns:pdf="http://ns.adobe.com/pdf/1.3/">` +
		`<dc:format>application/pdf</dc:format>` +
		`<dc:title><rdf:Alt><rdf:li xml:lang="x-default">` + esc(d.info.Title) + `</rdf:li></rdf:Alt></dc:title>` +
		`<dc:description><rdf:Alt><rdf:li xml:lang="x-default">` + esc(d.info.Subject) + `</rdf:li></rdf:Alt></dc:description>` +
		`<dc:creator><rdf:Seq><rdf:li>` + esc(d.info.Author) + `</rdf:li></rdf:Seq></dc:creator>` +
		`<dc:language><rdf:Bag><rdf:li>` + esc(d.info.Language) + `</rdf:li></rdf:Bag></dc:language>` +
		`<xmp:CreatorTool>` + creator + `</xmp:CreatorTool><xmp:CreateDate>` + at + `</xmp:CreateDate><xmp:ModifyDate>` + at + `</xmp:ModifyDate>` +
		`<pdf:Producer>` + producer + `</pdf:Producer>` +
		"</rdf:Description></rdf:RDF></x:xmpmeta>\n<?xpacket end=\"r\"?>")
}

var fontName = regexp.MustCompile(`/utf8` + fontFamily + `(B?)\b`)

// nameFonts gives the subsets their proper names, with the tag of six letters
// that marks a subset.
func (a *assembly) nameFonts(faces [2]*face) {
	for n, o := range a.objects {
		if !fontName.Match(o) || bytes.Contains(o, []byte("\nstream\n")) {
			continue
		}
		a.objects[n] = fontName.ReplaceAllFunc(o, func(name []byte) []byte {
			i := 0
			if name[len(name)-1] == 'B' {
				i = 1
			}
			return []byte("/" + subsetTag(a.objects[len(a.objects)-1], faces[i].name) + "+" + faces[i].name)
		})
	}
}

// mapToUnicode replaces gofpdf's map from codes to characters. Codes are
// characters in its fonts, and it says so in one range over all of them; but a
// range must not reach over more than its last byte (ISO 32000-1, 9.10.3).
func (a *assembly) mapToUnicode() {
	const head = "/CIDInit /ProcSet findresource begin\n12 dict begin\nbegincmap\n/CIDSystemInfo <</Registry(Adobe)/Ordering(UCS)/Supplement 0>> def\n" +
		"/CMapName /Adobe-Identity-UCS def\n/CMapType 2 def\n1 begincodespacerange\n<0000> <FFFF>\nendcodespacerange\n"
	var m strings.Builder
	m.WriteString(head)
	for high := range 256 {
		if high%64 == 0 { // a block holds at most 100 ranges
			m.WriteString("64 beginbfrange\n")
		}
		fmt.Fprintf(&m, "<%02X00> <%02XFF> <%02X00>\n", high, high, high)
		if high%64 == 63 {
			m.WriteString("endbfrange\n")
		}
	}
	m.WriteString("endcmap\nCMapName currentdict /CMap defineresource pop\nend\nend\n")
	for n, o := range a.objects {
		if bytes.Contains(o, []byte("/CMapName /Adobe-Identity-UCS def")) {
			a.setStream(n, "", []byte(m.String()), true)
		}
	}
}

func subsetTag(seed []byte, name string) string {
	sum := sha256.Sum256(append(slices.Clone(seed), name...))
	tag := make([]byte, 6)
	for i := range tag {
		tag[i] = 'A' + sum[i]%26
	}
	return string(tag)
}
