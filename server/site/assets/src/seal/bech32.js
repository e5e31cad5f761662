// Bech32 as age uses it (BIP 173 without the length limit), lower case only:
// two spellings of one key would have two manifest hashes.

const digits = 'qpzry9x8gf2tvdw0s3jn54khce6mua7l'
const generator = [0x3b6a57b2, 0x26508e6d, 0x1ea119fa, 0x3d4233dd, 0x2a1462b3]

function step(sum, digit) {
  const top = sum >>> 25
  sum = ((sum & 0x1ffffff) << 5) ^ digit
  for (let i = 0; i < 5; i++) sum ^= generator[i] & -((top >>> i) & 1)
  return sum
}

function checksum(human, list) {
  let sum = 1
  for (const c of human) sum = step(sum, c.charCodeAt(0) >> 5)
  sum = step(sum, 0)
  for (const c of human) sum = step(sum, c.charCodeAt(0) & 31)
  for (const d of list) sum = step(sum, d)
  return sum
}

/** regroup re-cuts groups of from bits into groups of to bits. */
function regroup(list, from, to) {
  const out = []
  let bits = 0
  let n = 0
  for (const b of list) {
    bits = (bits << from) | b
    n += from
    while (n >= to) {
      n -= to
      out.push((bits >> n) & ((1 << to) - 1))
    }
    bits &= (1 << n) - 1
  }
  if (n > 0) out.push((bits << (to - n)) & ((1 << to) - 1))
  return out
}

/** @param {string} human @param {Uint8Array} data */
export function bechEncode(human, data) {
  const list = regroup(data, 8, 5)
  const sum = checksum(human, [...list, 0, 0, 0, 0, 0, 0]) ^ 1
  for (let i = 0; i < 6; i++) list.push((sum >>> (25 - 5 * i)) & 31)
  return `${human}1${list.map((d) => digits[d]).join('')}`
}

/** bechDecode reads one spelling only. @param {string} s
 * @returns {{human: string, data: Uint8Array} | null} */
export function bechDecode(s) {
  const cut = s.lastIndexOf('1')
  if (cut < 1 || cut + 7 > s.length) return null
  const list = Array.from(s.slice(cut + 1), (c) => digits.indexOf(c))
  if (list.includes(-1)) return null
  const human = s.slice(0, cut)
  const body = list.slice(0, -6)
  const data = Uint8Array.from(regroup(body, 5, 8).slice(0, Math.floor((body.length * 5) / 8)))
  return bechEncode(human, data) === s ? { human, data } : null
}
