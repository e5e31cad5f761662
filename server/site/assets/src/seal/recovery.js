// The recovery file: the bidder's own copy of the seeds of one bid. With it, the
// bid can be rescued if openers fail.
import { isLocked, lock, unlock } from './age.js'
import { hex, isHash, unhex } from './bytes.js'
import { canonBytes, hasExactly } from './canon.js'
import { checkContext } from './derive.js'
import { want } from './fault.js'
import { maxEnvelopes, read } from './records.js'

const recoveryForm = 'sealbid-recovery/1'

/** recoveryFile is the bidder's own copy of the seeds of one bid: a file of its
 * own, never beside the receipt, which is shown around. Locked if there is a
 * passphrase.
 * @param {{context: import('./derive.js').Context, fingerprint: string, seed: Uint8Array}[]} list @param {string} passphrase */
export async function recoveryFile(list, passphrase) {
  const plain = canonBytes({ envelopes: list.map((e) => ({ ctx: e.context, f: e.fingerprint, s: hex(e.seed) })), v: recoveryForm })
  return passphrase ? lock(plain, passphrase) : plain
}

/** parseRecovery reads a recovery file. @param {Uint8Array} b @param {string} passphrase
 * @returns {Promise<{context: import('./derive.js').Context, fingerprint: string, seed: Uint8Array}[]>} */
export async function parseRecovery(b, passphrase) {
  if (isLocked(b)) b = await unlock(b, passphrase)
  const r = read(b, 'envelopes v', 'seal.recovery')
  const ok = r.v === recoveryForm && Array.isArray(r.envelopes) && r.envelopes.length >= 1 && r.envelopes.length <= maxEnvelopes
  want(
    ok && r.envelopes.every((e) => hasExactly(e, 'ctx f s') && isHash(e.f) && isHash(e.s)),
    'seal.recovery',
    'This is not a recovery file.'
  )
  return r.envelopes.map((e) => {
    checkContext(e.ctx)
    return { context: e.ctx, fingerprint: e.f, seed: unhex(e.s) }
  })
}
