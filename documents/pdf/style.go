package pdf

// style is how a run of text looks. Sizes and leads are in hundredths of a
// point; the baseline stands at 0.36 of the size below the middle of the line.
type style struct {
	size, lead length
	bold       bool
	ink        ink
}

type ink struct{ r, g, b int }

var (
	black  = ink{0x16, 0x1d, 0x26}
	muted  = ink{0x5a, 0x66, 0x73}
	accent = ink{0x1c, 0x4f, 0x73}
	hair   = ink{0xc8, 0xd0, 0xd8}
	tint   = ink{0xf1, 0xf4, 0xf7}
	pale   = ink{0xf7, 0xe7, 0xde} // the sandbox's mark, under the text
	warn   = ink{0x9a, 0x3b, 0x0c}
)

var (
	kicker   = style{850, 1200, true, accent}
	headline = style{1900, 2550, true, black}
	subtitle = style{1150, 1700, false, muted}
	body     = style{950, 1500, false, black}
	small    = style{780, 1180, false, muted}
	label    = style{850, 1400, false, muted}
	value    = style{930, 1380, false, black}
	cell     = style{840, 1220, false, black}
	cellHead = style{780, 1120, true, muted}
	furnish  = style{720, 1000, false, muted}
)

// headings are the styles of levels 1 to 3.
var headings = [...]style{
	{1300, 1900, true, accent},
	{1060, 1600, true, black},
	{950, 1500, true, black},
}

const (
	marginLeft   length = 6200
	marginRight  length = 6200
	marginTop    length = 7800
	marginBottom length = 7000

	textWidth = pageWidth - marginLeft - marginRight
	bottom    = pageHeight - marginBottom
	gutter    = 1600 // between two columns
	cellPad   = 420  // at each side of a cell
)

func (s style) face() int {
	if s.bold {
		return 1
	}
	return 0
}

// strong is s in bold.
func (s style) strong() style {
	s.bold = true
	return s
}

// baseline is the distance from the top of a line to its baseline.
func (s style) baseline() length { return s.lead/2 + s.size*36/100 }

// limit turns a width into thousandths of an em of this style.
func (s style) limit(w length) int { return int(w) * 1000 / int(s.size) }

// span turns thousandths of an em into a width, rounded down.
func (s style) span(units int) length { return length(units) * s.size / 1000 }
