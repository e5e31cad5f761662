// An opener's part in an opening: fetch the package, hold it to the log, open
// this opener's share of every bid, sign, send. Shares of all bids, or none.
import { call } from './api.js'
import { hex, text, unbase64, utf8 } from './bytes.js'
import { canon, canonBytes, H } from './canon.js'
import { headOf, parseClosing } from './closing.js'
import { Fault, want } from './fault.js'
import { is, says } from './ledger.js'
import { Manifest, parseExtension } from './manifest.js'
import { checkTimes, openShares, parseBatch } from './opening.js'
import { parseBid } from './records.js'

const openingPath = (id, more) => `/api/v1/openings/${encodeURIComponent(id)}${more ? `/${more}` : ''}`

/** stamp writes a time as facts do, with three decimals. */
const stamp = (at) => new Date(at).toISOString()

/** getPackage fetches what an opening is judged by and holds it to the log.
 * @param {string} id @param {import('./trust.js').Log} log */
export async function getPackage(id, log) {
  const p = await call(openingPath(id, 'package'))
  const o = {
    manifest: Manifest.parse(p.manifest),
    extensions: p.extensions.map(parseExtension),
    closed: parseClosing(canonBytes(p.closed)),
    window: parseClosing(canonBytes(p.window)),
    batch: parseBatch(utf8(p.batch)),
    cases: [],
    now: 0
  }
  const own = `${o.manifest.tender}~${o.batch.lot}~${o.batch.envelope}`
  want(id === own, 'opening.other', 'The package is for another opening.')
  await held(p, o, log)
  checkTimes(o) // before any header is fetched
  return o
}

/** held compares the parts with the facts in the log. */
async function held(p, o, log) {
  const tender = o.manifest.tender
  const bound = async (raw, name, list) => {
    const r = await log.receipt(raw)
    is(r.fact, name, tender)
    const sameHead = canon(r.fact.data.head) === canon(headOf(list))
    want(sameHead, 'opening.closing', 'The list of bids in the package is not the one that the log closed with. Release nothing.')
    want(r.fact.data.openers === o.manifest.openers, 'opening.manifest', 'The opener manifest is not the one in force at the closing.')
    return { index: r.index, until: r.fact.data.until }
  }
  const closed = await bound(p.receipts.closed, 'tender.close', o.closed)
  const window = await bound(p.receipts.window, 'tender.window-close', o.window)
  const { deadline, opens } = o.manifest.window(o.extensions)
  const complete = closed.until === stamp(deadline) && window.until <= stamp(opens)
  want(complete, 'opening.extensions', 'A later deadline is missing from the package.')
  const r = await log.receipt(p.receipts.batch)
  is(r.fact, 'opening.announce', tender)
  try {
    says(r.fact, { lot: o.batch.lot, envelope: o.batch.envelope, batch: o.batch })
  } catch (err) {
    throw new Fault('opening.batch', 'The batch in the log is another than the one in the package.', { cause: err })
  }
  want(closed.index < window.index && window.index < r.index, 'opening.order', 'The batch was logged before the bids were closed.')
  o.now = await log.now(r)
}

/** getCases fetches records and headers of the batch, page by page. */
async function getCases(id, o, tell) {
  const total = o.batch.fingerprints.length
  for (;;) {
    const page = await call(`${openingPath(id, 'cases')}?after=${o.cases.length}`)
    for (const x of page.items) {
      o.cases.push({
        manifest: o.manifest,
        bid: parseBid(canonBytes(x.record)),
        envelope: o.batch.envelope,
        header: x.header ? unbase64(x.header) : null
      })
    }
    tell?.('fetch', o.cases.length, total)
    if (!page.next) return
    want(page.items.length && o.cases.length <= total, 'opening.batch', 'The server shows more bids than the batch names.')
  }
}

/**
 * release does all of an opener's part in one opening.
 * @param {string} id
 * @param {{key: import('./identity.js').Identity, signer: import('./sign.js').Signer, log: import('./trust.js').Log, tell?: (what: string, done: number, of: number) => void}} with_
 */
export async function release(id, { key, signer, log, tell }) {
  const o = await getPackage(id, log)
  want(o.manifest.seat(key.public), 'seal.not_opener', 'This key is not in the opener manifest.')
  await getCases(id, o, tell)
  const answer = await openShares(key, o, (done, of) => tell?.('open', done, of))
  const raw = canonBytes(answer)
  tell?.('sign', 0, 1)
  const signature = await signer.sign('open', raw)
  tell?.('send', 0, 1)
  try {
    return await call(openingPath(id, 'answers'), {
      method: 'POST',
      raw: `{"answer":${text(raw)},"signature":${canon(signature)}}`,
      again: true,
      within: 3 * 60_000
    })
  } catch (err) {
    if (err.code !== 'opening.twice') throw err
    return arrived(id, answer, raw, err)
  }
}

/** arrived: an earlier try has come through after all, if the server's record
 * names these very bytes. */
async function arrived(id, answer, raw, err) {
  const was = await call(openingPath(id))
  const mine = (was.given ?? []).find((g) => g.group === answer.group && g.opener === answer.opener)
  if (mine?.answer !== hex(H('answer', raw))) throw err
  return was
}
