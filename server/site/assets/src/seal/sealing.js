// Sealing one envelope: files in, sealed payload out, and the header whose
// fingerprint is registered before the deadline. It streams; memory does not
// grow with the files. worker.js runs it off the page.
import { AgeWriter } from './age.js'
import { checkFiles, containerSize, fileManifest, writeContainer } from './container.js'
import { checkContext, payloadIdentity } from './derive.js'
import { want } from './fault.js'
import { fingerprintOf, headerBytes, PartHasher, partSize, sealHeader } from './header.js'
import { random } from './bytes.js'
import { parseRecipient } from './recipient.js'

/**
 * seal writes the sealed payload of files through put, in order, and returns
 * what is left: the header, its fingerprint, the parts' hashes, and the seed,
 * which the bidder keeps and tells nobody. The seed is fresh each time.
 * @param {(b: Uint8Array) => unknown} put
 * @param {import('./manifest.js').Manifest} m
 * @param {import('./derive.js').Context} c
 * @param {(import('./container.js').File & {blob: Blob})[]} files
 * @param {(done: number, of: number) => void} [tell]
 */
export async function seal(put, m, c, files, tell) {
  want(c.openers === m.openers && c.tender === m.tender, 'seal.context', 'The context belongs to another tender or opener manifest.')
  checkContext(c)
  checkFiles(files)
  const seed = random(32)
  const to = parseRecipient((await payloadIdentity(seed, c)).public)
  const plain = containerSize(fileManifest(files).length, files)
  let parts
  const w = await AgeWriter.to(to, async (b) => {
    parts.write(b)
    await put(b)
  })
  parts = new PartHasher(partSize(w.size(plain)))
  await w.open()
  let done = 0
  for await (const b of writeContainer(files)) {
    await w.write(b)
    done += b.length
    tell?.(done, plain)
  }
  await w.close()
  const payload = await parts.payload()
  want(payload.size === w.size(plain), 'seal.size', 'The payload has another size than was foretold.')
  const raw = headerBytes(sealHeader(m, c, seed, payload))
  return { header: raw, fingerprint: fingerprintOf(raw), sums: await parts.sums(), payload, context: c, seed }
}
