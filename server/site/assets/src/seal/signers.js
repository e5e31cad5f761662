// What a person can sign with in this browser.
import { all } from './api.js'
import { canPasskey, devicesOf, passkeySigner, signerOf } from './device.js'
import { say } from './words.js'

/** signers lists what the person can sign with here: keys of this browser that
 * are registered, and any registered passkey of this site.
 * @returns {Promise<{label: string, signer: import('./sign.js').Signer}[]>} */
export async function signers(user) {
  const [registered, here] = await Promise.all([all('/api/v1/devices'), devicesOf(user)])
  const good = new Map(registered.filter((d) => !d.revoked).map((d) => [d.id, d]))
  const list = here.filter((d) => good.has(d.id)).map((d) => ({ label: good.get(d.id).label, signer: signerOf(d) }))
  const known = new Set(here.map((d) => d.id))
  const others = [...good.values()].filter((d) => d.key.rp === location.hostname && !known.has(d.id)).map((d) => d.key)
  if (others.length && canPasskey()) list.push({ label: say('sign.passkey'), signer: passkeySigner(others) })
  return list
}
