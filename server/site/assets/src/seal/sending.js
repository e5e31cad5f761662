// The wizard's way out: seal, sign, register, send; each step is kept before the
// next begins, so that it goes on after a closed tab or a lost line. Other tabs
// with the same bid are told.
import * as db from './db.js'
import { fill, find, findAll, save, show } from './dom.js'
import { Fault, coded, want } from './fault.js'
import { envelopeNames, isPriced, makeOffer, offerFile } from './offer.js'
import { nextSeq } from './own.js'
import { partiesOf } from './parties.js'
import { inWorker } from './sealer.js'
import { securityOf } from './security.js'
import { alone, begin, forget, load, register, upload } from './submission.js'
import { bytesText, say, sayError } from './words.js'

/** Sending is that part of the wizard. */
export class Sending {
  /** @param {import('./wizard.js').Wizard} wizard */
  constructor(wizard) {
    this.wizard = wizard
  }

  wire() {
    this.wizard.on('seal', 'click', () => this.sealAndSubmit())
    this.wizard.on('go-on', 'click', () => this.goOn())
    this.wizard.on('discard', 'click', () => this.discard())
    this.wizard.on('recovery', 'click', () => this.giveRecovery())
  }

  async sealAndSubmit() {
    const { wizard } = this
    want(wizard.check().length === 0, 'wizard.incomplete', 'Something is missing.')
    want(wizard.signer(), 'sign.no_key')
    const pass = wizard.passphrase('passphrase')
    await wizard.keep()
    await alone(wizard.place.id, async () => {
      this.stage('sending')
      try {
        this.state = await this.seal(pass)
        await this.submit()
      } catch (err) {
        this.stage(this.state ? 'stopped' : 'draft')
        throw err
      }
    })
  }

  /** work has the worker do a job. */
  work(job, tell) {
    return inWorker(this.wizard.root.dataset.worker, job, tell)
  }

  async seal(passphrase) {
    const { place } = this.wizard
    this.step('check')
    const { notice, manifest, openers } = await this.work({ do: 'prepare', tender: place.tender })
    this.wizard.notice = notice
    want(this.wizard.check().length === 0, 'wizard.incomplete', 'The notice has changed, and something is missing now.')
    const seq = await nextSeq(place.tender, place.lot)
    const folder = `${Date.now()}-${seq}`
    await this.room()
    const done = []
    for (const name of envelopeNames(notice)) {
      const context = { bidder: place.org, envelope: name, lot: place.lot, openers, seq, tender: place.tender }
      const job = { do: 'seal', manifest, context, files: this.contents(name), folder, name: `${name}.age` }
      done.push({ ...(await this.work(job, (what, n, of) => this.step(what, n, of))), name, file: `${name}.age` })
    }
    this.step('key')
    const recovery = await this.work({
      do: 'recovery',
      passphrase,
      envelopes: done.map(({ context, fingerprint, seed }) => ({ context, fingerprint, seed }))
    })
    const envelopes = done.map(({ name, file, header, sums, payload, fingerprint }) => ({ name, file, header, sums, payload, fingerprint }))
    this.state = await begin({ ...place, seq, openers, folder, recovery, envelopes, ...this.beside() })
    this.giveRecovery()
    return this.state
  }

  /** beside is what goes in beside the sealed envelopes. */
  beside() {
    const { draft, notice, place, decimals } = this.wizard
    return { parties: partiesOf(place.org, draft), security: securityOf(notice, draft.security, decimals) }
  }

  async room() {
    const need = this.wizard.draft.files.reduce((n, f) => n + f.blob.size, 0) * 1.2 + 2 ** 20
    const { quota, usage } = (await navigator.storage?.estimate?.()) ?? {}
    if (quota && quota - usage < need) throw new Fault('seal.disk', 'The browser has no room for the sealed bid.')
    await db.keep()
  }

  /** contents of an envelope: the offer first. */
  contents(envelope) {
    const { draft, notice, place, decimals } = this.wizard
    const responses = {}
    for (const [id, r] of Object.entries(draft.responses)) responses[id] = { met: r.met, text: r.text, files: r.file ? [r.file] : undefined }
    const offer = makeOffer({
      notice,
      tender: place.tender,
      lot: place.lot,
      bidder: place.org,
      envelope,
      decimals,
      prices: isPriced(envelope) ? this.wizard.prices.good() : {},
      responses,
      statement: draft.statement
    })
    const files = draft.files.filter((f) => f.envelope === envelope).map(({ name, media, blob }) => ({ name, media, blob }))
    return [{ name: offerFile, media: 'application/json', blob: new Blob([offer]) }, ...files]
  }

  giveRecovery() {
    const { tender, lot, seq, recovery } = this.state ?? {}
    if (recovery) save(`bid-key-${tender}-${lot}-${seq}.age`, recovery)
  }

  /** submit goes on from wherever the state is. */
  async submit() {
    const { root, log } = this.wizard
    if (this.state.stage === 'sealed') {
      this.step(this.state.signature ? 'register' : 'sign')
      await register(this.state, this.wizard.signer(), log)
    }
    fill(root, 'registered', say('wizard.registered'))
    this.step('send', 0, 1)
    await upload(this.state, log, {
      tell: (n, of) => this.step('send', n, of),
      waiting: () => this.step('waiting')
    })
    this.stage('done')
    location.assign(root.dataset.done)
  }

  /** resume finds a bid that is on its way, after a closed tab or a lost line. */
  async resume() {
    const state = await load(this.wizard.place.id)
    if (!state || state.stage === 'stored') {
      this.stage('draft')
      return
    }
    this.state = state
    if (state.stage === 'sealed' && !state.signature) {
      this.stage('stopped')
      return
    }
    this.goOn().catch(() => {})
  }

  async goOn() {
    try {
      await alone(this.wizard.place.id, async () => {
        this.state = (await load(this.wizard.place.id)) ?? this.state // another tab may have come further
        this.stage('sending')
        await this.submit()
      })
    } catch (err) {
      if (coded(err, 'bid.elsewhere')) return this.stage('elsewhere')
      this.stage('stopped')
      this.wizard.trouble(sayError(err))
    }
  }

  /** discard gives up a sealed bid that was not registered, or that can no
   * longer be sent; the draft stays. */
  async discard() {
    await forget(this.state)
    this.state = undefined
    this.stage('draft')
  }

  /** heard is what another tab says that it does with this bid. */
  async heard(stage) {
    if (this.wizard.root.dataset.stage === 'sending') return
    if (stage === 'sending') this.enter('elsewhere')
    else if (stage === 'done') this.enter('submitted')
    else if (stage === 'stopped' || stage === 'draft') {
      this.state = await load(this.wizard.place.id)
      this.enter(this.state && this.state.stage !== 'stored' ? 'stopped' : 'draft')
    }
  }

  stage(name) {
    this.enter(name)
    this.wizard.tellTabs({ stage: name })
  }

  enter(name) {
    const { root } = this.wizard
    root.dataset.stage = name
    for (const e of findAll(root, 'stage-is')) e.hidden = !e.dataset.stageIs.split(' ').includes(name)
    show(root, 'may-discard', name === 'stopped' && this.state?.stage === 'sealed')
  }

  step(what, done, of) {
    const { root } = this.wizard
    root.dataset.step = what
    const bar = find(root, 'progress-bar')
    if (bar) {
      if (of) bar.value = Math.round((1000 * done) / of)
      else bar.removeAttribute('value')
    }
    const parts = of > 1 ? { done: bytesText(done), of: bytesText(of) } : { done: '', of: '' }
    const text = say(`wizard.step.${what}`, parts)
    const line = find(root, 'progress-text')
    if (line) line.textContent = text
    // Readers hear of a new step, not of every byte.
    if (this.told !== what) fill(root, 'progress-heard', say(`wizard.step.${what}`, { done: '', of: '' }))
    this.told = what
  }
}
