// What is checked before anything is sealed, as the command line checks it: a
// swapped key or an earlier opening shows here, and not when it is too late.
import { call, tenderPath } from './api.js'
import { canon } from './canon.js'
import { Fault, want } from './fault.js'
import { is } from './ledger.js'
import { Manifest, parseExtension } from './manifest.js'

/** fetchTender with the evidence for it. @param {string} id */
export async function fetchTender(id) {
  const tender = await call(tenderPath(id))
  want(tender.id === id, 'tender.other', 'The server showed another tender than was asked for.')
  const evidence = await call(tenderPath(id, 'evidence'))
  return { tender, evidence }
}

/** readManifest holds an opener manifest to its hash, to the tender and to
 * what the tender shows of its openers. */
export function readManifest(tender, openers) {
  const m = Manifest.parse(openers.manifest)
  want(
    m.openers === openers.hash && m.tender === tender.id,
    'openers.hash',
    'The opener manifest is not the one whose hash the tender names.'
  )
  m.requireHybrid()
  const shown = (openers.groups ?? []).map((g) => ({ k: g.k, members: g.members.map((o) => [o.user, o.key]) }))
  const held = m.groups.map((g) => ({ k: g.k, members: g.openers.map((o) => [o.id, o.key]) }))
  want(canon(shown) === canon(held), 'openers.other', 'The tender shows other openers than its manifest holds.')
  return m
}

/** prepare checks everything that a bidder must know before sealing.
 * @param {string} id @param {import('./trust.js').Log} log */
export async function prepare(id, log) {
  const { tender, evidence } = await fetchTender(id)
  want(tender.phase === 'published', 'tender.phase', 'The tender takes no bids.')
  const manifest = readManifest(tender, tender.openers)
  const times = checkTimes(tender, manifest)
  await checkConsents(tender, manifest, evidence)
  await checkLogged(tender, evidence, log)
  return { tender, manifest, ...times }
}

/** checkTimes holds the published dates to the manifest and its extensions. */
function checkTimes(tender, manifest) {
  const times = manifest.window((tender.openers.extensions ?? []).map(parseExtension))
  const t = tender.notice.timetable
  const deadline = Date.parse(t.deadline)
  want(times.deadline === deadline, 'openers.deadline', 'The notice and the opener manifest name different deadlines.')
  want(
    times.opens >= deadline + (t.graceMinutes ?? 0) * 60_000,
    'openers.early',
    'The openers could act while sealed parts are still taken.'
  )
  return times
}

/** checkConsents wants every opener's own signature under the manifest. */
async function checkConsents(tender, manifest, evidence) {
  const members = new Map(tender.openers.groups.flatMap((g) => g.members.map((o) => [o.user, o])))
  const keyOf = (user) => (evidence.devices[user] ?? []).find((k) => k.id === members.get(user)?.signature?.key)
  await manifest.checkConsents(keyOf, (user) => members.get(user)?.signature)
}

/** checkLogged: the manifest and the later deadlines are those in the log. */
async function checkLogged(tender, evidence, log) {
  const { fact } = await log.receipt(evidence.manifest)
  is(fact, fact.name === 'tender.publish' ? 'tender.publish' : 'tender.reseal', tender.id)
  const unlogged = new Fault(
    'openers.not_logged',
    'The opener manifest is not the one that is in the log. Do not seal for it; keep it as evidence.'
  )
  if (fact.data.openers !== tender.openers.manifest) throw unlogged
  const extensions = tender.openers.extensions ?? []
  if ((evidence.extensions ?? []).length !== extensions.length) throw unlogged
  for (const [i, raw] of (evidence.extensions ?? []).entries()) {
    const r = await log.receipt(raw)
    is(r.fact, 'openers.extend', tender.id)
    if (canon(r.fact.data.extension) !== extensions[i]) throw unlogged
  }
}

/** consentChecks is what an opener's device checks before it signs a manifest:
 * its own key is in it, in this person's seat.
 * @param {any} tender @param {string} key the opener's public key @param {string} user */
export function consentChecks(tender, key, user) {
  const openers = tender.phase === 'published' && tender.nextOpeners ? tender.nextOpeners : tender.openers
  want(openers?.manifest, 'openers.no_manifest', 'There is no opener manifest yet.')
  const m = Manifest.parse(openers.manifest)
  want(
    m.tender === tender.id && m.openers === openers.hash,
    'openers.hash',
    'The opener manifest is not the one whose hash the tender names.'
  )
  m.requireHybrid()
  const seat = m.seat(key)
  want(seat, 'openers.key_swapped', 'The opener manifest does not hold the key of this device. Do not sign it, and say so.')
  want(
    m.groups[seat.group].openers[seat.opener - 1].id === user,
    'openers.seat',
    'The opener manifest gives your key to somebody else. Do not sign it, and say so.'
  )
  return { manifest: m, ...seat, record: m.consent(seat.group, seat.opener) }
}
