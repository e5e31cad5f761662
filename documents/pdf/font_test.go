package pdf

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"testing"

	"golang.org/x/image/font/sfnt"
)

func TestFontsAreTheOnesNamedInTheirReadme(t *testing.T) {
	f, err := faces()
	if err != nil {
		t.Fatal(err)
	}
	for i, want := range []string{
		"d45f67f0a7c0ca3f256950777ce6a61cc7ce5f9696d02900cbbaac25f8aa7d16",
		"9a38ae0ab28cd5a256f9ea8e00dedc688aac17f7915fcb000572990afa956b96",
	} {
		sum := sha256.Sum256(f[i].data)
		if got := hex.EncodeToString(sum[:]); got != want {
			t.Errorf("%s is %s", f[i].name, got)
		}
	}
}

func TestFiguresHaveOneWidth(t *testing.T) {
	m := testRuler(t)
	for _, r := range "0123456789" {
		if m.rune(r) != m.rune('0') {
			t.Errorf("%q is %d wide, 0 is %d", r, m.rune(r), m.rune('0'))
		}
	}
}

func TestSubsetHasTheSameGlyphs(t *testing.T) {
	f, err := faces()
	if err != nil {
		t.Fatal(err)
	}
	for name, used := range map[string][]rune{
		"few":     []rune(" 09AZÄé㐀中文简體"),
		"none":    nil,
		"strange": {0x0378, 0xe000, 0xffee},
		"every":   everyRune(),
		"gaps":    gaps(),
	} {
		t.Run(name, func(t *testing.T) {
			cut, err := sfnt.Parse(f[0].subset(used))
			if err != nil {
				t.Fatal(err)
			}
			var buf sfnt.Buffer
			for _, r := range used {
				was := f[0].basic[r]
				g, err := cut.GlyphIndex(&buf, r)
				if err != nil || (g == 0) != (was == 0) {
					t.Fatalf("%U: glyph %d of %d, %v", r, g, was, err)
				}
				if was != 0 && !bytes.Equal(contour(t, cut, g), contour(t, f[0].sfnt, sfnt.GlyphIndex(was))) {
					t.Fatalf("%U looks different", r)
				}
			}
		})
	}
}

// gaps is every second rune: more segments than a cmap holds.
func gaps() (list []rune) {
	for r := rune(0x4e00); r < 0x9fff; r += 2 {
		list = append(list, r)
	}
	return list
}

func contour(t *testing.T, f *sfnt.Font, g sfnt.GlyphIndex) []byte {
	t.Helper()
	var buf sfnt.Buffer
	segments, err := f.LoadGlyph(&buf, g, 1000<<6, nil)
	if err != nil {
		t.Fatal(err)
	}
	var out []byte
	for _, s := range segments {
		out = append(out, byte(s.Op))
		for _, p := range s.Args {
			out = append(out, byte(p.X), byte(p.X>>8), byte(p.X>>16), byte(p.Y), byte(p.Y>>8), byte(p.Y>>16))
		}
	}
	return out
}
