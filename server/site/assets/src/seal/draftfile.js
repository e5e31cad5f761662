// A draft as a file under a passphrase, to carry to another browser.
import { Reader, lockStream, unlockStream } from './age.js'
import { blobPieces, hashBlob, readContainer, writeContainer } from './container.js'
import { blankDraft } from './draft.js'
import { Fault, want } from './fault.js'
import { maxPartners } from './parties.js'

/** @typedef {import('./draft.js').Draft} Draft */

const form = 'probity-draft/1'
const indexName = 'draft.json'

/** exportDraft writes a draft with its documents as one locked file.
 * @param {Draft} d @param {string} passphrase @returns {Promise<Blob>} */
export async function exportDraft(d, passphrase) {
  const { files, ...rest } = d
  const index = new Blob([
    JSON.stringify({ ...rest, v: form, files: files.map(({ envelope, name, media }) => ({ envelope, name, media })) })
  ])
  const members = [{ name: indexName, media: 'application/json', blob: index }]
  files.forEach((f, i) => members.push({ name: `${i + 1}`, media: f.media, blob: f.blob }))
  const list = []
  for (const m of members) list.push({ ...m, size: m.blob.size, sha256: await hashBlob(m.blob) })
  const parts = []
  await lockStream(writeContainer(list), passphrase, (b) => parts.push(new Blob([b])))
  return new Blob(parts)
}

/** importDraft reads such a file for the same tender and lot.
 * @param {Blob} blob @param {string} passphrase @param {{id: string, org: string, tender: string, lot: string}} here */
export async function importDraft(blob, passphrase, here) {
  const contents = []
  await readContainer(unlockStream(new Reader(blobPieces(blob)), passphrase), (_, n) => {
    contents[n - 1] = []
    return (b) => contents[n - 1].push(new Blob([b]))
  })
  const bad = new Fault('draft.form', 'This is not a draft of a bid.')
  let index
  try {
    index = JSON.parse(await new Blob(contents[0]).text())
  } catch {
    throw bad
  }
  if (index.v !== form || !Array.isArray(index.files) || index.files.length !== contents.length - 1) throw bad
  want(index.tender === here.tender && index.lot === here.lot, 'draft.other', 'The draft is for another tender or lot.')
  const files = index.files.map((f, i) => ({
    envelope: String(f.envelope),
    name: String(f.name),
    media: String(f.media),
    blob: new Blob(contents[i + 1]),
    at: Date.now()
  }))
  return {
    ...blankDraft(here.id, here.org, here.tender, here.lot),
    prices: { ...index.prices },
    responses: { ...index.responses },
    statement: String(index.statement ?? ''),
    partners: (Array.isArray(index.partners) ? index.partners : []).slice(0, maxPartners).map(partner),
    share: String(index.share ?? ''),
    security: texts(index.security),
    files,
    changed: Date.now()
  }
}

const texts = (o) => Object.fromEntries(Object.entries(o ?? {}).map(([k, v]) => [k, String(v)]))

const partner = (p) => ({ ...{ organisation: '', name: '', share: '' }, ...texts(p), role: p.role === 'subcontractor' ? 'subcontractor' : 'member' })
