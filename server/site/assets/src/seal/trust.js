// What this browser believes about the platform's log: its name, its keys, and
// the newest checkpoint it has seen. What is signed later must continue that
// checkpoint; what does not is refused as a fork, and both are kept as evidence
// against whoever signed them. The first key that is seen is trusted.
//
// It is the trust file of the command line ("probity-trust/1"), kept in
// IndexedDB.
import { call } from './api.js'
import { hexH } from './canon.js'
import { utf8 } from './bytes.js'
import * as db from './db.js'
import { Fault, coded, want } from './fault.js'
import { checkGrowth, growth, parseReceipt, verifyReceipt } from './ledger.js'
import { openCheckpoint, openHandover, parseVerifier, peek, sameCheckpoint } from './note.js'

const form = 'probity-trust/1'
const blank = { checkpoint: '', keys: [], origin: '', quorum: 0, v: form, witnesses: [] }

const forked = () =>
  new Fault(
    'log.fork',
    'The log does not continue what this browser has seen of it before: its history was changed, or there are two. Nothing it says now counts.'
  )
const unproven = () =>
  new Fault('log.unproven', 'The log does not show that it continues what this browser has seen of it before. Nothing it says now counts.')

/** shelf is where a Log keeps what it knows: IndexedDB, or memory in tests. */
export const shelf = {
  read: () => db.get('trust', 'log'),
  write: (how) => db.change('trust', 'log', how),
  evidence: (name, value) => db.put('trust', name, value)
}

/** server is where a log's public parts come from. It is not trusted. */
export const server = {
  announced: () => call('/api/v1/log'),
  tile: (path) => call(`/log/${path}`, { bytes: true }),
  checkpoint: async () => new TextDecoder().decode(await call('/log/checkpoint', { bytes: true }))
}

export class Log {
  constructor(from = server, kept = shelf) {
    this.from = from
    this.kept = kept
    this.turn = Promise.resolve()
  }

  /** state is what is believed so far. */
  async state() {
    return (await this.kept.read()) ?? blank
  }

  async policy() {
    const s = await this.state()
    return {
      origin: s.origin,
      log: s.keys.map((k) => parseVerifier(k)),
      witnesses: s.witnesses.map((k) => parseVerifier(k, true)),
      quorum: s.quorum
    }
  }

  /** believe returns the checkpoint in a signed note if a pinned key (and the
   * witnesses) signed it and it continues, or is continued by, the newest one
   * seen before. It remembers the newer of the two.
   * @param {string} note */
  believe(note) {
    const mine = this.turn.then(() => this.#believe(note))
    this.turn = mine.catch(() => {})
    return mine
  }

  async #believe(note) {
    await this.#meet()
    const fresh = await this.#open(note)
    const { checkpoint } = await this.state()
    if (checkpoint) await this.#continues(checkpoint, note, fresh)
    if (!checkpoint || peek(checkpoint).size < fresh.size) await this.#remember(note, fresh)
    return fresh
  }

  /** remember takes the newer of two checkpoints that are of one log; another
   * tab may have seen more meanwhile. */
  #remember(note, fresh) {
    return this.kept.write((s) => (s.checkpoint && peek(s.checkpoint).size >= fresh.size ? undefined : { ...s, checkpoint: note }))
  }

  /** meet trusts the log's keys on first use. */
  async #meet() {
    if ((await this.state()).origin) return
    const { keys } = await this.from.announced()
    const origins = new Set(keys.map((k) => parseVerifier(k).name))
    want(origins.size === 1, 'log.key', 'There is no key to trust the log by.')
    await this.kept.write((s) => (s?.origin ? undefined : { ...blank, origin: [...origins][0], keys }))
  }

  /** open holds a note to the policy. If no pinned key has signed, one of them
   * may have named its successor. */
  async #open(note) {
    const p = await this.policy()
    try {
      return await openCheckpoint(note, p)
    } catch (err) {
      if (await this.#learn(p)) {
        try {
          return await openCheckpoint(note, await this.policy())
        } catch {
          // below
        }
      }
      throw new Fault('log.signature', `This is not signed by the log ${p.origin} as this browser knows it.`, { cause: err })
    }
  }

  /** learn takes over keys that a pinned key has named. */
  async #learn(p) {
    const { handovers } = await this.from.announced().catch(() => ({ handovers: [] }))
    const keys = [...(await this.state()).keys]
    const before = keys.length
    for (const h of handovers ?? []) {
      for (const k of [...keys]) {
        const fresh = await openHandover(p.origin, parseVerifier(k), h).catch(() => '')
        if (fresh && !keys.includes(fresh)) keys.push(fresh)
      }
    }
    if (keys.length === before) return false
    await this.kept.write((s) => ({ ...s, keys: [...new Set([...s.keys, ...keys])] }))
    return true
  }

  async #continues(seen, note, fresh) {
    const before = peek(seen)
    const [a, b] = before.size <= fresh.size ? [before, fresh] : [fresh, before]
    let grown
    if (a.size === b.size) {
      grown = sameCheckpoint(a, b)
    } else {
      let proof
      try {
        proof = await growth(a.size, b.size, (path) => this.from.tile(path))
      } catch (err) {
        if (coded(err, 'client.unreachable') || err.status === 503 || err.status === 429) throw err // the line; it says nothing about the log
        throw Object.assign(unproven(), { cause: err })
      }
      grown = checkGrowth(a, b, proof)
    }
    if (grown) return
    await this.kept.evidence(`fork ${hexH('fork', utf8(seen), utf8(note)).slice(0, 12)}`, { seen, shown: note })
    throw forked()
  }

  /** receipt refuses a receipt unless its record stands in the log that this
   * browser believes. @param {string} raw */
  async receipt(raw) {
    want(raw, 'receipt.none', 'The server gave no receipt. Without one nothing is accepted; try again.')
    const r = parseReceipt(raw)
    await this.believe(r.checkpoint)
    return verifyReceipt(r, await this.policy())
  }

  /** given checks the receipt in the server's answer {fact, index, receipt}. */
  async given(g) {
    const r = await this.receipt(g?.receipt)
    want(r.fact.id === g.fact && r.index === g.index, 'receipt.other', 'The receipt is not for the record that the server speaks of.')
    return r
  }

  /** now is the time at which a record was logged, or the latest that enough
   * witnesses have seen, whichever is earlier. @param {Awaited<ReturnType<Log['receipt']>>} r */
  async now(r) {
    const at = Date.parse(r.fact.at)
    const { quorum } = await this.state()
    if (quorum === 0) return at
    want(r.seen.length >= quorum, 'log.witness', 'Not enough witnesses have seen the batch.')
    return Math.min(at, [...r.seen].sort((x, y) => y - x)[quorum - 1])
  }
}
