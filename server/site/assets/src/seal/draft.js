// A bid before it is sealed: it lives in this browser alone, and can be carried
// to another one as a file under a passphrase. Two tabs may have the same draft
// before them: what each has changed is kept.
import * as db from './db.js'

/**
 * @typedef {{envelope: string, name: string, media: string, blob: Blob, at: number}} Document
 * @typedef {{id: string, org: string, tender: string, lot: string, prices: Record<string, string>,
 *   responses: Record<string, {met?: boolean, text?: string, file?: string}>, statement: string,
 *   partners: import('./parties.js').Partner[], share: string, security: Partial<import('./security.js').Typed>,
 *   files: Document[], changed: number, rev: number}} Draft
 */

export const blankDraft = (id, org, tender, lot) => ({
  id,
  org,
  tender,
  lot,
  prices: {},
  responses: {},
  statement: '',
  partners: [],
  share: '',
  security: {},
  files: [],
  changed: 0,
  rev: 0
})

/** @param {string} id @returns {Promise<Draft | undefined>} */
export async function loadDraft(id) {
  const d = await db.get('drafts', id)
  return d && { ...blankDraft(d.id, d.org, d.tender, d.lot), ...d }
}

/** saveDraft keeps what was changed since base, beside what another tab has
 * kept meanwhile, and returns both. @param {Draft} mine @param {Draft} base @returns {Promise<Draft>} */
export const saveDraft = (mine, base) =>
  db.change('drafts', mine.id, (theirs) => ({
    ...(theirs && theirs.rev !== base.rev ? mergeDraft(base, mine, theirs) : mine),
    rev: (theirs?.rev ?? 0) + 1
  }))

/** @param {string} org @returns {Promise<Draft[]>} */
export const draftsOf = async (org) => (await db.everything('drafts')).filter((d) => d.org === org)

/** copyDraft is a draft as it is now; blobs never change. @param {Draft} d @returns {Draft} */
export function copyDraft({ files, ...rest }) {
  return { ...structuredClone(rest), files: files.map((f) => ({ ...f })) }
}

const same = (a, b) => JSON.stringify(a) === JSON.stringify(b)
const pick = (base, mine, theirs) => (same(base, mine) ? theirs : mine)

/** mergeDraft puts two tabs' changes to one draft together: field by field, and
 * where both have changed the same one, mine holds.
 * @param {Draft} base @param {Draft} mine @param {Draft} theirs @returns {Draft} */
export function mergeDraft(base, mine, theirs) {
  const out = { ...theirs, changed: Math.max(mine.changed, theirs.changed) }
  for (const shelf of ['prices', 'responses', 'security']) {
    out[shelf] = {}
    for (const key of new Set([mine, theirs].flatMap((d) => Object.keys(d[shelf] ?? {})))) {
      const value = pick(base[shelf]?.[key], mine[shelf][key], theirs[shelf]?.[key])
      if (value !== undefined) out[shelf][key] = value
    }
  }
  for (const field of ['statement', 'share', 'partners']) out[field] = pick(base[field], mine[field], theirs[field] ?? base[field])
  out.files = mergeFiles(base.files, mine.files, theirs.files)
  return out
}

const fileKey = (f) => `${f.envelope}/${f.name}`
const isIn = (list, f) => list.some((x) => fileKey(x) === fileKey(f) && x.at === f.at)

/** mergeFiles: what either has added is there, what either has taken out is
 * not; of two of one name the newer stays. */
function mergeFiles(base, mine, theirs) {
  const all = [...theirs.filter((f) => isIn(mine, f) || !isIn(base, f)), ...mine.filter((f) => !isIn(base, f) && !isIn(theirs, f))]
  const newest = new Map()
  for (const f of all) if (!((newest.get(fileKey(f))?.at ?? -1) > (f.at ?? 0))) newest.set(fileKey(f), f)
  return [...newest.values()]
}
