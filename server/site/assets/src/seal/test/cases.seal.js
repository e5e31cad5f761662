import { lock, unlock } from '../age.js'
import { concat, hex, unhex, utf8 } from '../bytes.js'
import { canonBytes } from '../canon.js'
import { headHash, headOf, parseClosing, verifyEntry, checkWindow } from '../closing.js'
import { hashBlob, readContainer, sizeClass, writeContainer } from '../container.js'
import { contextHash, payloadSecret, schedule, wrapShares } from '../derive.js'
import { fingerprintOf, headerBytes, parseHeader, PartHasher, sealHeader } from '../header.js'
import { makeOpenerKey, parseOpenerKey } from '../identity.js'
import { Manifest, parseExtension } from '../manifest.js'
import { digest } from '../native.js'
import { batchHash, openShares, parseBatch } from '../opening.js'
import { parseRecipient } from '../recipient.js'
import { bechEncode, bechDecode } from '../bech32.js'
import { bidRecord, parseBid, withdrawRecord, offeredHash, parseRefusal } from '../records.js'
import { parseRecovery, recoveryFile } from '../recovery.js'
import { seal } from '../sealing.js'
import { device, judge, parseProof } from '../verdict.js'
import { fails, same } from './check.js'

const sum = async (b) => hex(await digest(b))
const hour = 3600_000

/** bundle of what most cases start from: a manifest with known keys. */
async function house(k = 2, n = 3) {
  const keys = await Promise.all(Array.from({ length: n }, makeOpenerKey))
  const groups = [{ k, name: 'committee', openers: keys.map((key, i) => ({ id: `o-${i}`, key: key.public, name: `Opener ${i}` })) }]
  const manifest = new Manifest(
    canonBytes({ deadline: '2026-12-01T12:00:00Z', groups, opens: '2026-12-01T13:00:00Z', tender: 'T-1', v: 'sealbid-openers/1' })
  )
  return { keys, manifest }
}

async function source(name, content) {
  const blob = new Blob([content])
  return { blob, media: 'text/plain', name, sha256: await hashBlob(blob), size: blob.size }
}

/** sealed seals one bid in a house. */
async function sealed(h, bidder, files) {
  const record = { bidder, lot: '1', openers: h.manifest.openers, seq: 1, tender: 'T-1' }
  const parts = []
  const e = await seal((b) => parts.push(b), h.manifest, h.manifest.context(record, 'financial'), files)
  const bid = parseBid(bidRecord({ ...record, envelopes: [{ f: e.fingerprint, name: 'financial' }] }))
  return { e, bid, payload: concat(...parts), case: { manifest: h.manifest, bid, envelope: 'financial', header: e.header } }
}

/** openingOf makes an opening of sealed bids. */
function openingOf(h, bids) {
  const entries = bids.map((b, i) => ({ bidder: b.bid.bidder, envelopes: b.bid.envelopes, leaf: 10 + i, lot: '1', seq: 1, state: 'live' }))
  const list = (kind, previous, state) =>
    parseClosing(
      canonBytes({ entries: entries.map((e) => ({ ...e, state })), kind, previous, salt: 'c1'.repeat(32), tender: 'T-1', v: 'sealbid/1' })
    )
  const closed = list('closed', '', 'live')
  const window = list('window-closed', headHash(headOf(closed)), 'stored')
  const batch = {
    decision: '',
    envelope: 'financial',
    excluded: [],
    fingerprints: bids.map((b) => b.e.fingerprint).sort(),
    kind: 'batch',
    lot: '1',
    openers: h.manifest.openers,
    tender: 'T-1',
    v: 'sealbid/1',
    window: headHash(headOf(window))
  }
  return {
    manifest: h.manifest,
    extensions: [],
    closed,
    window,
    batch: parseBatch(canonBytes(batch)),
    cases: bids.map((b) => b.case),
    now: h.manifest.opens
  }
}

const proofOf = (f, answers) =>
  parseProof(
    canonBytes({
      f,
      kind: 'proof',
      shares: answers.map((a) => ({ group: a.group, opener: a.opener, s: a.shares.find((s) => s.f === f).s })),
      v: 'sealbid/1'
    })
  )

export const sealing = [
  {
    name: 'the frozen vectors: contexts, keys, shares, headers, fingerprints',
    async run(env) {
      for (const v of await env.json('vectors.json')) {
        const seed = unhex(v.S)
        same(hex(contextHash(v.ctx)), v.want.context_hash)
        same(hex(schedule(seed, v.ctx).prk), v.want.prk)
        same(payloadSecret(seed, v.ctx), v.want.payload_identity)
        const groups = v.groups.map((g) => ({ k: g.k, openers: g.recipients.map((r) => ({ recipient: parseRecipient(r) })) }))
        const shares = wrapShares(seed, v.ctx, groups)
        for (const [j, g] of v.want.shares.entries()) {
          for (const [i, w] of g.entries()) {
            same(hex(shares[j][i].c), w.commitment)
            same([shares[j][i].w.length, await sum(shares[j][i].w)], [w.wrapped_len, w.wrapped_sha256])
            const id = await parseOpenerKey(v.keys[j][i])
            same(id.public, v.groups[j].recipients[i])
          }
        }
        const raw = headerBytes({ context: v.ctx, groups: shares, payload: v.payload })
        same([raw.length, await sum(raw), fingerprintOf(raw)], [v.want.header_len, v.want.header_sha256, v.want.fingerprint])
        same(headerBytes(parseHeader(raw)), raw)
      }
    }
  },
  {
    name: 'the frozen vectors of the amendments',
    async run(env) {
      const x = await env.json('amendments.json')
      const m = Manifest.parse(x.manifest)
      same([m.openers, m.fingerprint], [x['manifest hash'], x['manifest fingerprint']])
      same(new TextDecoder().decode(m.consent(1, 2)), JSON.stringify(JSON.parse(x.consent).record))
      const { opens } = m.window([parseExtension(x.extension)])
      same(opens - m.opens, 2 * hour)
      const files = [await source('报价 1.txt', 'eleven'), await source('empty.txt', '')]
      const parts = []
      for await (const b of writeContainer(files)) parts.push(b)
      const container = concat(...parts)
      same(await sum(container), x['container sha256'])
      const context = { bidder: 'b:73a0', envelope: 'financial', lot: '1', openers: m.openers, seq: 1, tender: m.tender }
      const p = new PartHasher(8 << 20)
      p.write(container)
      const seed = Uint8Array.from({ length: 32 }, (_, i) => i)
      const header = headerBytes(sealHeader(m, context, seed, await p.payload()))
      same([await sum(header), fingerprintOf(header)], [x['header sha256'], x.fingerprint])
      const bid = JSON.parse(x.bid).record
      same(new TextDecoder().decode(bidRecord(bid)), JSON.stringify(bid))
      const gone = JSON.parse(x.withdrawal).record
      same(new TextDecoder().decode(withdrawRecord(gone)), JSON.stringify(gone))
      same(parseRefusal(canonBytes(JSON.parse(x.refusal).record)).offered, offeredHash(canonBytes(bid)))
      same((await parseRecovery(utf8(x.recovery), ''))[0].fingerprint, x['void fingerprint'])
    }
  },
  {
    name: 'the frozen closing lists, proof, batch and proofs of opening',
    async run(env) {
      const x = await env.json('amendments.json')
      const closed = parseClosing(utf8(x['closed list']))
      const window = parseClosing(utf8(x['window-closed list']))
      same(headOf(closed), JSON.parse(x['closed head']))
      same(headHash(headOf(closed)), x['closed hash'])
      same(headOf(window), JSON.parse(x['window-closed head']))
      checkWindow(closed, window)
      const proof = JSON.parse(x['entry proof'])
      verifyEntry(proof, headOf(closed))
      await fails('seal.closing_proof', () => verifyEntry({ ...proof, entry: { ...proof.entry, seq: 2 } }, headOf(closed)))
      await fails('seal.closing_proof', () => verifyEntry(proof, headOf(window)))
      same(batchHash(parseBatch(utf8(x.batch))), x['batch hash'])
      same(parseProof(utf8(x['proof, opened'])).f, x.fingerprint)
      same(parseProof(utf8(x['proof, void'])).shares.length, 4)
    }
  },
  {
    name: 'a sealed bid from the past opens',
    async run(env) {
      const manifest = new Manifest(await env.bytes('sealed-1/manifest.json'))
      const bid = parseBid(canonBytes((await env.json('sealed-1/bid.json')).record))
      const proof = parseProof(await env.bytes('sealed-1/proof.json'))
      const c = { manifest, bid, envelope: 'financial', header: await env.bytes('sealed-1/header.json') }
      const payload = await env.bytes('sealed-1/payload.age')
      const contents = []
      const v = await judge(c, proof, [payload], () => (b) => contents.push(b))
      same([v.state, v.files.map((f) => f.name)], ['opened', ['price.txt']])
      same(concat(...contents).length, v.files[0].size)
      for (const [what, change, cause] of [
        ['one changed byte', (b) => ((b[b.length - 1] ^= 1), b), 'seal.payload_altered'],
        ['one byte less', (b) => b.slice(0, -1), 'seal.payload_altered'],
        ['one byte more', (b) => concat(b, utf8('x')), 'seal.payload_altered'],
        ['nothing', () => new Uint8Array(), 'seal.payload_altered']
      ]) {
        const got = await judge(c, proof, [change(payload.slice())])
        same([got.state, got.cause, got.blame], ['missing', cause, 'operator'], what)
      }
      same((await judge(c, proof, null)).cause, 'seal.payload_missing')
      same(device({ ...c, header: concat(utf8(' '), c.header) }).cause, 'seal.header_altered')
      same(device({ ...c, header: null }).cause, 'seal.header_missing')
      same(device({ ...c, bid: { ...bid, openers: '0'.repeat(64) } }).cause, 'seal.openers')
      same((await judge(c, { f: bid.envelopes[0].f, seed: '00'.repeat(32) }, [payload])).cause, 'seal.seed_unproven')
      await fails('line', () => judge(c, proof, brokenAfter(payload.subarray(0, 5000))))
    }
  },
  {
    name: 'what is sealed here opens with any k of n openers, and seals again to the same bytes',
    async run() {
      const h = await house(2, 3)
      const big = new Uint8Array(3_000_000).map((_, i) => i * 7)
      const one = await sealed(h, 'b:1', [await source('offer.json', '{}'), await source('大 plan.pdf', big)])
      const two = await sealed(h, 'b:2', [])
      const o = openingOf(h, [one, two])
      const answers = []
      for (const key of h.keys) answers.push(await openShares(key, o))
      for (const pair of [
        [0, 1],
        [0, 2],
        [1, 2]
      ]) {
        for (const b of [one, two]) {
          const contents = []
          const v = await judge(
            b.case,
            proofOf(
              b.e.fingerprint,
              pair.map((i) => answers[i])
            ),
            [b.payload],
            (f, n) => (x) => contents.push([n, x])
          )
          same([v.state, v.cause], ['opened', ''])
          if (b === one) same(concat(...contents.filter(([n]) => n === 2).map(([, x]) => x)), big)
        }
      }
      same(one.e.payload.size, one.payload.length)
      same(two.payload.length, two.e.payload.size)
    }
  },
  {
    name: 'a device releases nothing too early, for a part of the bids, or for others',
    async run() {
      const h = await house(1, 2)
      const bids = [await sealed(h, 'b:1', []), await sealed(h, 'b:2', [])]
      const o = openingOf(h, bids)
      const later = {
        deadline: h.manifest.deadline + hour,
        opens: h.manifest.opens + hour,
        openers: h.manifest.openers,
        seq: 1,
        tender: 'T-1'
      }
      const other = await house(1, 2)
      for (const [code, change] of [
        ['', {}],
        ['seal.too_early', { now: h.manifest.opens - 1000 }],
        ['seal.too_early', { extensions: [later] }],
        ['seal.extend', { extensions: [{ ...later, seq: 2 }] }],
        ['seal.extend_earlier', { extensions: [{ ...later, deadline: h.manifest.deadline }] }],
        ['seal.batch', { batch: { ...o.batch, fingerprints: o.batch.fingerprints.slice(1) } }],
        ['seal.batch', { batch: { ...o.batch, window: '0'.repeat(64) } }],
        ['seal.batch', { batch: { ...o.batch, openers: '0'.repeat(64) } }],
        ['seal.closing_chain', { closed: { ...o.closed, entries: o.closed.entries.slice(1) } }],
        ['seal.batch_case', { cases: o.cases.slice(1) }],
        ['seal.batch_case', { cases: [{ ...o.cases[0], bid: { ...o.cases[0].bid, seq: 2 } }, o.cases[1]] }]
      ]) {
        await fails(code, () => openShares(h.keys[0], { ...o, ...change }), JSON.stringify(Object.keys(change)))
      }
      await fails('seal.not_opener', () => openShares(other.keys[0], o))
      const swapped = { ...o, cases: o.cases.map((c, i) => ({ ...c, header: o.cases[1 - i].header })) }
      same(
        (await openShares(h.keys[0], swapped)).shares.map((s) => s.e),
        ['seal.header_altered', 'seal.header_altered']
      )
    }
  },
  {
    name: 'a bid that was not sealed honestly is void, whoever opens, and a false share is refused',
    async run() {
      const h = await house(2, 3)
      const b = await sealed(h, 'b:1', [])
      const evil = parseHeader(b.e.header)
      evil.groups[0][2] = wrapShares(new Uint8Array(32), evil.context, h.manifest.groups)[0][2]
      const header = headerBytes(evil)
      const f = fingerprintOf(header)
      const bid = { ...b.bid, envelopes: [{ f, name: 'financial' }] }
      const bad = { ...b, bid, e: { ...b.e, fingerprint: f }, case: { ...b.case, bid, header } }
      const o = openingOf(h, [bad])
      const answers = []
      for (const key of h.keys) answers.push(await openShares(key, o))
      for (const pair of [
        [0, 1],
        [0, 2],
        [1, 2]
      ]) {
        const v = await judge(
          bad.case,
          proofOf(
            f,
            pair.map((i) => answers[i])
          ),
          [b.payload]
        )
        same([v.state, v.cause, v.blame], ['void', 'seal.reseal', 'bidder'])
      }
      const lie = structuredClone(answers[0])
      lie.shares[0].s = '11'.repeat(32)
      await fails('seal.proof', () => judge(bad.case, proofOf(f, [lie, answers[1]]), null))
      await fails('seal.proof', () => judge(bad.case, proofOf(f, [answers[0]]), null))
      const garbage = parseHeader(b.e.header)
      garbage.groups[0][0].w = garbage.groups[0][1].w
      same((await openSharesOf(h, b, garbage)).shares[0].e, 'seal.share_decrypt')
      const uncommitted = parseHeader(b.e.header)
      uncommitted.groups[0][0].c = new Uint8Array(32)
      same((await openSharesOf(h, b, uncommitted)).shares[0].e, 'seal.share_commitment')
    }
  },
  {
    name: 'weak and doubly spelt opener keys are refused',
    async run() {
      const { data } = bechDecode((await makeOpenerKey()).public)
      const change = (at, ...bytes) => {
        const b = data.slice()
        b.set(bytes, at)
        return bechEncode('age1pq', b)
      }
      const good = bechEncode('age1pq', data)
      parseRecipient(good)
      const order8 = unhex('e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800')
      const prime = unhex(`ed${'ff'.repeat(30)}7f`)
      for (const bad of [
        change(1184, ...new Uint8Array(32)),
        change(1184, ...order8),
        change(1184, ...prime),
        change(1215, data[1215] | 0x80),
        change(0, 255, 255, 255),
        good.toUpperCase(),
        `A${good.slice(1)}`,
        good.slice(0, -1) + (good.endsWith('q') ? 'p' : 'q'),
        bechEncode('age', new Uint8Array(32)),
        bechEncode('age1pq', data.slice(1)),
        ''
      ]) {
        await fails('seal.recipient', () => parseRecipient(bad), bad.slice(0, 20))
      }
    }
  },
  {
    name: 'nobody sits twice in a manifest',
    async run() {
      const { manifest } = await house(1, 2)
      const w = JSON.parse(new TextDecoder().decode(manifest.raw))
      const made = (f) => {
        const x = structuredClone(w)
        f(x)
        return () => new Manifest(canonBytes(x))
      }
      await fails(
        '',
        made(() => {})
      )
      await fails(
        'seal.manifest_twice',
        made((x) => (x.groups[0].openers[1].key = x.groups[0].openers[0].key))
      )
      await fails(
        'seal.manifest_twice',
        made((x) => (x.groups[0].openers[1].id = x.groups[0].openers[0].id))
      )
      await fails(
        'seal.manifest',
        made((x) => (x.groups[0].k = 3))
      )
      await fails(
        'seal.manifest',
        made((x) => (x.groups = []))
      )
      await fails(
        'seal.manifest',
        made((x) => (x.opens = '2026-12-01T11:59:59Z'))
      )
      await fails(
        'seal.manifest',
        made((x) => (x.v = 'sealbid-openers/2'))
      )
      await fails(
        'seal.manifest',
        made((x) => (x.groups[0].openers[0].name = 'A\u202eB'))
      )
      await fails('seal.manifest', () => new Manifest(concat(manifest.raw, utf8(' '))))
    }
  },
  {
    name: 'containers have one form',
    async run() {
      const files = [await source('a.txt', 'alpha'), await source('b.txt', 'b'.repeat(70_000))]
      const parts = []
      for await (const b of writeContainer(files)) parts.push(b)
      const good = concat(...parts)
      same(
        (await readContainer([good])).map((f) => f.name),
        ['a.txt', 'b.txt']
      )
      for (const at of [0, 130, 600, 1000, 1024, 1200, 1540, 1600, good.length - 1]) {
        const bad = good.slice()
        bad[at] ^= 1
        await fails('seal.container', () => readContainer([bad]), `byte ${at}`)
      }
      await fails('seal.container', () => readContainer([good.slice(0, -1)]))
      await fails('seal.container', () => readContainer([good, Uint8Array.of(0)]))
      await fails('seal.file_name', async () => writeContainer([files[0], { ...files[1], name: 'A.TXT' }]).next())
      await fails('seal.file_changed', async () => {
        for await (const b of writeContainer([{ ...files[0], blob: new Blob(['alphb']) }])) same(b.length > 0, true)
      })
      same(
        [1, 65536, 65537, 131072, 131073, 1 << 20, (1 << 20) + 1].map(sizeClass),
        [65536, 65536, 73728, 131072, 147456, 1048576, 1179648]
      )
    }
  },
  {
    name: 'small secrets lie under a passphrase',
    async run() {
      const locked = await lock(utf8('secret'), 'correct horse', 10)
      same(new TextDecoder().decode(await unlock(locked, 'correct horse')), 'secret')
      await fails('sign.passphrase', () => unlock(locked, 'wrong'))
      await fails('sign.passphrase', () => unlock(locked.slice(0, -1), 'correct horse'))
      await fails('sign.passphrase', () =>
        unlock(utf8(new TextDecoder('latin1').decode(locked).replace(' 10\n', ' 19\n')), 'correct horse')
      )
      await fails('sign.passphrase', () => lock(utf8('x'), ''))
      const h = await house(1, 1)
      const b = await sealed(h, 'b:1', [])
      const file = await recoveryFile([b.e], '')
      same((await parseRecovery(file, ''))[0].fingerprint, b.e.fingerprint)
      await fails('seal.recovery', () => parseRecovery(concat(file, utf8('\n')), ''))
    }
  }
]

async function* brokenAfter(b) {
  yield b
  const err = new Error('the line broke')
  err.code = 'line'
  throw err
}

/** openSharesOf has the first opener answer for a changed header. */
function openSharesOf(h, b, header) {
  const raw = headerBytes(header)
  const bid = { ...b.bid, envelopes: [{ f: fingerprintOf(raw), name: 'financial' }] }
  return openShares(
    h.keys[0],
    openingOf(h, [{ ...b, bid, e: { ...b.e, fingerprint: bid.envelopes[0].f }, case: { ...b.case, bid, header: raw } }])
  )
}
