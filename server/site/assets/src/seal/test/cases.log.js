import { unbase64 } from '../bytes.js'
import { checkGrowth, growth, is, parseReceipt, says, verifyReceipt } from '../ledger.js'
import { openCheckpoint, openHandover, parseVerifier, peek } from '../note.js'
import { Log } from '../trust.js'
import { fails, same } from './check.js'

const fixture = (env) => env.json('../log.json')
const policyOf = (x, ...keys) => ({
  origin: x.origin,
  log: (keys.length ? keys : [x.key]).map((k) => parseVerifier(k)),
  witnesses: [],
  quorum: 0
})
const tilesOf = (x) => async (path) => {
  if (!x.tiles[path]) throw new Error(`no tile ${path}`)
  return unbase64(x.tiles[path])
}

/** logOf is a Log that keeps in memory what it learns, in front of a fixture. */
function logOf(x, change = {}) {
  let kept
  const evidence = []
  const shelf = {
    read: async () => kept,
    write: async (how) => (kept = how(kept) ?? kept),
    evidence: async (name, value) => evidence.push([name, value])
  }
  const from = { announced: async () => ({ origin: x.origin, keys: [x.key], handovers: [x.handover] }), tile: tilesOf(x), ...change }
  return Object.assign(new Log(from, shelf), { evidence })
}

export const log = [
  {
    name: 'receipts of documents/ledger verify, and nothing else does',
    async run(env) {
      const x = await fixture(env)
      for (const [what, raw] of Object.entries(x.receipts)) {
        const r = await verifyReceipt(parseReceipt(raw), policyOf(x))
        same([`${r.index} of ${r.size}`, r.fact.name, r.fact.data], [what, 'bid.submit', { n: r.index }])
      }
      const raw = x.receipts['200 of 600']
      const p = policyOf(x)
      const good = parseReceipt(raw)
      for (const [what, bad] of [
        ['another index', { ...good, index: 201 }],
        ['a shorter path', { ...good, path: good.path.slice(1) }],
        ['a longer path', { ...good, path: [...good.path, good.path[0]] }],
        ['another salt', { ...good, salt: good.salt.map((b) => b ^ 1) }],
        ['another record', { ...good, record: parseReceipt(x.receipts['0 of 600']).record }],
        ['another checkpoint', { ...good, checkpoint: x.checkpoints['257'] }],
        ['a checkpoint of nobody', { ...good, checkpoint: x.later }]
      ])
        await fails('receipt.proof', () => verifyReceipt(bad, p), what)
      for (const bad of [
        raw.replace('index 200', 'index 0200'),
        raw.replace('@v1', '@v2'),
        raw.replace('extra ', 'extra  '),
        '',
        raw.replace('index', 'indeks')
      ])
        await fails('receipt.form', () => parseReceipt(bad))
      const { fact } = await verifyReceipt(good, p)
      is(fact, 'bid.submit', 'T-1')
      await fails('receipt.other', () => is(fact, 'bid.submit', 'T-2'))
      says(fact, { n: 200 })
      await fails('receipt.changed', () => says(fact, { n: 201 }))
    }
  },
  {
    name: 'a log that grew proves it from its tiles; one that was changed cannot',
    async run(env) {
      const x = await fixture(env)
      const sizes = Object.keys(x.checkpoints)
        .map(Number)
        .sort((a, b) => a - b)
      for (const a of sizes) {
        for (const b of sizes.filter((n) => n >= a)) {
          const [from, to] = [peek(x.checkpoints[a]), peek(x.checkpoints[b])]
          const proof = await growth(a, b, tilesOf(x))
          same(checkGrowth(from, to, proof), true, `${a} to ${b}`)
          same(checkGrowth({ ...from, root: from.root.map((v) => v ^ 1) }, to, proof), false)
          same(checkGrowth(from, { ...to, root: to.root.map((v) => v ^ 1) }, proof), false)
          same(checkGrowth(from, to, [...proof, from.root]), false)
          if (proof.length) same(checkGrowth(from, to, proof.slice(1)), false)
          if (a < b) same(checkGrowth(to, from, proof), false)
        }
      }
    }
  },
  {
    name: 'notes are believed by key, and a wrong signature spoils them',
    async run(env) {
      const x = await fixture(env)
      const note = x.checkpoints['600']
      const p = policyOf(x)
      same((await openCheckpoint(note, p)).size, 600)
      const witnessed = { ...p, witnesses: [parseVerifier(x.witness, true)], quorum: 1 }
      same((await openCheckpoint(note, witnessed)).seen, [Date.UTC(2026, 11, 1, 13)])
      await fails('log.note', () => openCheckpoint(x.checkpoints['1000'], witnessed))
      await fails('log.note', () => openCheckpoint(note.replace('\n600\n', '\n601\n'), p))
      await fails('log.note', () => openCheckpoint(x.later, p))
      await fails('log.note', () => openCheckpoint(note.trimEnd(), p))
      await fails('log.note', () => openCheckpoint(note, { ...p, origin: 'other' }))
      same(await openHandover(x.origin, p.log[0], x.handover), x.next)
      await fails('log.note', () => openHandover('other', p.log[0], x.handover))
      await fails('log.key', () => parseVerifier(x.key.replace('example', 'exemple')))
      await fails('log.key', () => parseVerifier(x.witness))
    }
  },
  {
    name: 'trust begins at first sight, follows growth and handovers, and refuses forks',
    async run(env) {
      const x = await fixture(env)
      const l = logOf(x)
      same((await l.believe(x.checkpoints['257'])).size, 257)
      same((await l.believe(x.checkpoints['8'])).size, 8)
      same(peek((await l.state()).checkpoint).size, 257)
      same((await l.receipt(x.receipts['200 of 600'])).index, 200)
      await l.believe(x.later)
      same((await l.state()).keys, [x.key, x.next])
      await fails('log.fork', () => l.believe(x.forked))
      same(l.evidence.length, 1)
      same(peek((await l.state()).checkpoint).size, 1000)
      await fails('receipt.none', () => l.receipt(undefined))
      const r = await l.receipt(x.receipts['0 of 7'])
      same(await l.now(r), Date.parse('2026-12-01T11:00:00Z'))
      await fails('receipt.other', () => l.given({ fact: 'x', index: 0, receipt: x.receipts['0 of 7'] }))
    }
  },
  {
    name: 'a log whose tiles do not fit is not believed, and one that is away is not accused',
    async run(env) {
      const x = await fixture(env)
      const wrong = logOf(x, { tile: async (p) => unbase64(x.tiles[p]).map((b, i) => (i === 40 ? b ^ 1 : b)) })
      await wrong.believe(x.checkpoints['257'])
      await fails('log.fork', () => wrong.believe(x.checkpoints['600']))
      const short = logOf(x, { tile: async () => new Uint8Array(31) })
      await short.believe(x.checkpoints['257'])
      await fails('log.unproven', () => short.believe(x.checkpoints['600']))
      const gone = Object.assign(new Error(), { code: 'client.unreachable', status: 503 })
      const away = logOf(x, { tile: async () => Promise.reject(gone) })
      await away.believe(x.checkpoints['257'])
      await fails('client.unreachable', () => away.believe(x.checkpoints['600']))
      same(away.evidence.length, 0)
      const strangers = logOf(x, { announced: async () => ({ keys: [x.next], handovers: [] }) })
      await fails('log.signature', () => strangers.believe(x.checkpoints['7']))
    }
  }
]
