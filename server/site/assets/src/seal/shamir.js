// Shamir's scheme over GF(2^8) with x^8+x^4+x^3+x+1, each of the 32 bytes on
// its own; free of branches and tables on secrets.

function times(a, b) {
  let product = 0
  for (let bit = 7; bit >= 0; bit--) {
    product = ((product << 1) ^ (0x11b & -(product >> 7))) & 0xff
    product ^= a & -((b >> bit) & 1)
  }
  return product & 0xff
}

/** inverse is a^254, and 0 for 0. */
function inverse(a) {
  let power = a
  let result = 1
  for (let i = 0; i < 7; i++) {
    power = times(power, power)
    result = times(result, power)
  }
  return result
}

/** shareAt is the polynomial's value at x; coefficients[0] is the secret.
 * @param {Uint8Array[]} coefficients @param {number} x */
export function shareAt(coefficients, x) {
  const sum = new Uint8Array(32)
  for (let t = coefficients.length - 1; t >= 0; t--) {
    for (let i = 0; i < 32; i++) sum[i] = times(sum[i], x) ^ coefficients[t][i]
  }
  return sum
}

/** interpolate is the polynomial's value at 0. The points' x differ and are
 * not 0. @param {{x: number, share: Uint8Array}[]} points */
export function interpolate(points) {
  const secret = new Uint8Array(32)
  points.forEach((p, i) => {
    let weight = 1
    points.forEach((q, j) => {
      if (i !== j) weight = times(weight, times(q.x, inverse(q.x ^ p.x)))
    })
    for (let b = 0; b < 32; b++) secret[b] ^= times(p.share[b], weight)
  })
  return secret
}

/** join interpolates every group and adds the groups up to the seed.
 * @param {{x: number, share: Uint8Array}[][]} groups */
export function join(groups) {
  const seed = new Uint8Array(32)
  for (const g of groups) interpolate(g).forEach((b, i) => (seed[i] ^= b))
  return seed
}
