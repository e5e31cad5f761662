// X25519 by noble's Montgomery ladder alone: its Ed25519 is not needed here.
import { montgomery } from '@noble/curves/abstract/montgomery.js'
import { pow } from '@noble/curves/abstract/modular.js'

const P = 2n ** 255n - 19n

/** clamp a scalar (RFC 7748, 5). @param {Uint8Array} b */
function clamp(b) {
  b[0] &= 248
  b[31] = (b[31] & 127) | 64
  return b
}

export const x25519 = montgomery({ P, type: 'x25519', powPminus2: (x) => pow(x, P - 2n, P), adjustScalarBytes: clamp })
