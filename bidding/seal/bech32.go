package seal

import "strings"

// Bech32 as age uses it (BIP 173 without the length limit). Only lower case is
// read: two spellings of one key would have two manifest hashes (amendment 10).

const bechDigits = "qpzry9x8gf2tvdw0s3jn54khce6mua7l"

var bechGenerator = [5]uint32{0x3b6a57b2, 0x26508e6d, 0x1ea119fa, 0x3d4233dd, 0x2a1462b3}

func bechStep(sum uint32, digit byte) uint32 {
	top := sum >> 25
	sum = (sum&0x1ffffff)<<5 ^ uint32(digit)
	for i, g := range bechGenerator {
		sum ^= g & -(top >> i & 1)
	}
	return sum
}

// bechChecksum covers the human part and the digits.
func bechChecksum(human string, digits []byte) uint32 {
	sum := uint32(1)
	for _, c := range []byte(human) {
		sum = bechStep(sum, c>>5)
	}
	sum = bechStep(sum, 0)
	for _, c := range []byte(human) {
		sum = bechStep(sum, c&31)
	}
	for _, d := range digits {
		sum = bechStep(sum, d)
	}
	return sum
}

// bechEncode writes data in lower case after a lower-case human part.
func bechEncode(human string, data []byte) string {
	digits := regroup(data, 8, 5)
	sum := bechChecksum(human, append(digits, 0, 0, 0, 0, 0, 0)) ^ 1
	var s strings.Builder
	s.WriteString(human)
	s.WriteByte('1')
	for _, d := range digits {
		s.WriteByte(bechDigits[d])
	}
	for i := range 6 {
		s.WriteByte(bechDigits[sum>>(25-5*i)&31])
	}
	return s.String()
}

// bechDecode reads lower-case Bech32 and refuses every other spelling of the
// same data, since it must encode back to s.
func bechDecode(s string) (human string, data []byte, ok bool) {
	cut := strings.LastIndexByte(s, '1')
	if cut < 1 || cut+7 > len(s) {
		return "", nil, false
	}
	digits := make([]byte, 0, len(s)-cut-1)
	for _, c := range []byte(s[cut+1:]) {
		d := strings.IndexByte(bechDigits, c)
		if d < 0 {
			return "", nil, false
		}
		digits = append(digits, byte(d))
	}
	human = s[:cut]
	digits = digits[:len(digits)-6]
	data = regroup(digits, 5, 8)
	data = data[:len(digits)*5/8]
	return human, data, bechEncode(human, data) == s
}

// regroup re-cuts in from groups of from bits to groups of to bits, padding
// with zero bits.
func regroup(in []byte, from, to uint) []byte {
	out := make([]byte, 0, (uint(len(in))*from+to-1)/to)
	var bits, n uint
	for _, b := range in {
		bits, n = bits<<from|uint(b), n+from
		for n >= to {
			n -= to
			out = append(out, byte(bits>>n&(1<<to-1)))
		}
		bits &= 1<<n - 1
	}
	if n > 0 {
		out = append(out, byte(bits<<(to-n)&(1<<to-1)))
	}
	return out
}
