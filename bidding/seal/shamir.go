package seal

// Shamir's scheme over GF(2^8) with x^8+x^4+x^3+x+1 (6.5), each of the 32 bytes
// on its own. All arithmetic on secrets is free of branches and table look-ups,
// so its time tells nothing.

// times multiplies in the field.
func times(a, b byte) byte {
	var product byte
	for bit := 7; bit >= 0; bit-- {
		product = product<<1 ^ 0x1b&-(product>>7)
		product ^= a & -(b >> bit & 1)
	}
	return product
}

// inverse is a^254, and 0 for 0.
func inverse(a byte) byte {
	power, result := a, byte(1)
	for range 7 { // 254 = 2+4+8+16+32+64+128
		power = times(power, power)
		result = times(result, power)
	}
	return result
}

// shareAt is the polynomial's value at x. coefficients[0] is the secret.
func shareAt(coefficients [][32]byte, x byte) [32]byte {
	var sum [32]byte
	for t := len(coefficients) - 1; t >= 0; t-- {
		for i := range sum {
			sum[i] = times(sum[i], x) ^ coefficients[t][i]
		}
	}
	return sum
}

// point is one opener's share: the polynomial's value at x.
type point struct {
	x     byte
	share [32]byte
}

// interpolate returns the polynomial's value at 0. The points' x must differ
// and not be 0; the caller has checked them against the manifest.
func interpolate(points []point) [32]byte {
	var secret [32]byte
	for i, p := range points {
		weight := byte(1)
		for j, q := range points {
			if i != j {
				weight = times(weight, times(q.x, inverse(q.x^p.x)))
			}
		}
		for b := range secret {
			secret[b] ^= times(p.share[b], weight)
		}
	}
	return secret
}
