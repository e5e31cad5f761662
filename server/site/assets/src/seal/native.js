// What the browser can do itself. Where it lacks a cipher, cipher.js steps in with
// noble's code, and both ways give the same bytes. Ed25519 it must have: all
// browsers do since 2025, and the code of a substitute would weigh on every page.
import { hex } from './bytes.js'
import { Fault } from './fault.js'

export const subtle = globalThis.crypto?.subtle

/** tried remembers whether an algorithm is there, after one real try. */
const tried = new Map()

/** knows reports whether the browser has an algorithm. attempt uses it once.
 * @param {string} name @param {() => Promise<unknown>} attempt @returns {Promise<boolean>} */
export function knows(name, attempt) {
  if (!tried.has(name))
    tried.set(
      name,
      subtle
        ? attempt().then(
            () => true,
            () => false
          )
        : Promise.resolve(false)
    )
  return tried.get(name)
}

/** onlyNoble makes sealing run without the browser's own ciphers; for tests. */
export function onlyNoble() {
  for (const name of ['chacha', 'x25519', 'mlkem']) tried.set(name, Promise.resolve(false))
}

/** digest is SHA-256 of bytes that are all at hand. @param {Uint8Array} b */
export const digest = async (b) => new Uint8Array(await subtle.digest('SHA-256', b))

const basePoint = Uint8Array.of(0x58, ...new Array(31).fill(0x66))
export const knowsEd = () => knows('ed25519', () => subtle.importKey('raw', basePoint, { name: 'Ed25519' }, false, ['verify']))

/** @param {Uint8Array} key @param {Uint8Array} sig @param {Uint8Array} message */
export async function ed25519Verify(key, sig, message) {
  if (key.length !== 32 || sig.length !== 64 || smallOrder(key)) return false
  if (!(await knowsEd())) throw new Fault('client.browser', 'This browser is too old to check signatures.')
  try {
    const k = await subtle.importKey('raw', key, { name: 'Ed25519' }, false, ['verify'])
    return await subtle.verify({ name: 'Ed25519' }, k, sig, message)
  } catch {
    return false
  }
}

/** Under a point of small order anybody can sign anything. */
const weak = new Set([
  '0000000000000000000000000000000000000000000000000000000000000000',
  '0100000000000000000000000000000000000000000000000000000000000000',
  '26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05',
  'c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a',
  'ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f',
  'edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f',
  'eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f'
])
function smallOrder(key) {
  const b = key.slice()
  b[31] &= 0x7f
  return weak.has(hex(b))
}
