package pdf

import (
	"encoding/binary"
	"unicode/utf16"
)

// srgb makes a colour profile of sRGB (IEC 61966-2-1) in the form of ICC.1:2004
// (version 4): three primaries and one parametric curve, 500 bytes, by whole
// numbers only.
func srgb() []byte {
	curve := icc("para", 3<<16, // Y = (aX+b)^g from d on, cX below it
		157286 /* g 2.4 */, 62119 /* a 1/1.055 */, 3417 /* b 0.055/1.055 */, 5072 /* c 1/12.92 */, 2651 /* d 0.04045 */)
	tags := []struct {
		name string
		data []byte
	}{
		{"desc", iccText("sRGB IEC61966-2.1")},
		{"cprt", iccText("Free of copyright")},
		{"wtpt", icc("XYZ ", 63190, 65536, 54061)},
		{"chad", icc("sf32", 68674, 1502, -3290, 1939, 64912, -1119, -605, 987, 49262)},
		{"rXYZ", icc("XYZ ", 28578, 14581, 912)},
		{"gXYZ", icc("XYZ ", 25241, 46981, 6362)},
		{"bXYZ", icc("XYZ ", 9376, 3974, 46787)},
		{"rTRC", curve},
		{"gTRC", nil}, // the same bytes as rTRC
		{"bTRC", nil},
	}
	var table, data []byte
	at, size := 0, 0
	for _, t := range tags {
		if t.data != nil {
			at, size = 128+4+12*len(tags)+len(data), len(t.data)
			data = append(data, t.data...)
		}
		table = append(table, t.name...)
		table = binary.BigEndian.AppendUint32(table, uint32(at))
		table = binary.BigEndian.AppendUint32(table, uint32(size))
	}
	head := make([]byte, 128)
	binary.BigEndian.PutUint32(head, uint32(128+4+len(table)+len(data)))
	copy(head[8:], "\x04\x20\x00\x00mntrRGB XYZ \x07\xe8\x00\x01\x00\x01")
	copy(head[36:], "acsp")
	copy(head[68:], icc("", 63190, 65536, 54061)[4:]) // the illuminant, D50
	head = binary.BigEndian.AppendUint32(head, uint32(len(tags)))
	return append(append(head, table...), data...)
}

// icc writes one element of numbers in 16.16 fixed point.
func icc(kind string, numbers ...int32) []byte {
	b := append([]byte(kind), 0, 0, 0, 0)
	for _, n := range numbers {
		b = binary.BigEndian.AppendUint32(b, uint32(n))
	}
	return b
}

// iccText writes a text in one language, padded to a multiple of four bytes.
func iccText(s string) []byte {
	u := utf16.Encode([]rune(s))
	b := append([]byte("mluc"), 0, 0, 0, 0)
	for _, n := range []uint32{1, 12, 'e'<<24 | 'n'<<16 | 'U'<<8 | 'S', uint32(2 * len(u)), 28} {
		b = binary.BigEndian.AppendUint32(b, n)
	}
	for _, c := range u {
		b = binary.BigEndian.AppendUint16(b, c)
	}
	for len(b)%4 != 0 {
		b = append(b, 0)
	}
	return b
}
