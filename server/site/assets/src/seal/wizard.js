// The bid wizard's script: fills the page from the draft in this browser, keeps
// what is typed, says what is missing. Its parts reckon prices, take documents,
// partners and the bid security, and seal and send. What it expects of the page
// stands in index.js.
import { call, tenderPath } from './api.js'
import { Documents } from './documents.js'
import { busy, fill, find, findAll, make, save, show } from './dom.js'
import { blankDraft, copyDraft, loadDraft, mergeDraft, saveDraft } from './draft.js'
import { want } from './fault.js'
import { lotOf } from './offer.js'
import { Parties } from './parties.js'
import { Prices } from './prices.js'
import { Security } from './security.js'
import { Sending } from './sending.js'
import { signers } from './signers.js'
import { stateId } from './submission.js'
import { Log } from './trust.js'
import { language, say, sayError } from './words.js'

const shortestPassphrase = 8

/** Tasks that may be left undone. */
const optional = ['documents', 'parties']

/** Wizard runs one page. @param {HTMLElement} root */
export class Wizard {
  constructor(root) {
    const d = root.dataset
    this.root = root
    this.user = document.body.dataset.user
    this.place = { id: stateId(d.org, d.tender, d.lot), org: d.org, tender: d.tender, lot: d.lot }
    this.decimals = Number(d.decimals)
    this.log = new Log()
    this.keys = []
    this.prices = new Prices(this)
    this.documents = new Documents(this)
    this.parties = new Parties(this)
    this.security = new Security(this)
    this.sending = new Sending(this)
    this.parts = [this.prices, this.documents, this.parties, this.security]
  }

  async start() {
    this.notice = (await call(tenderPath(this.place.tender))).notice
    this.lot = lotOf(this.notice, this.place.lot)
    this.draft = (await loadDraft(this.place.id)) ?? blankDraft(this.place.id, this.place.org, this.place.tender, this.place.lot)
    this.base = copyDraft(this.draft)
    this.wire()
    this.paint()
    await this.offerKeys()
    await this.sending.resume()
    this.root.dataset.ready = 'true'
  }

  // The draft and the fields.

  wire() {
    const { root } = this
    root.addEventListener('input', (e) => this.typed(e.target))
    root.addEventListener('change', (e) => this.typed(e.target))
    for (const part of [...this.parts, this.sending]) part.wire()
    this.on('draft-save', 'click', () => this.keepFile())
    this.on('draft-load', 'change', (e) => this.takeFile(e))
    this.tabs = typeof BroadcastChannel === 'undefined' ? null : new BroadcastChannel(`bid ${this.place.id}`)
    this.tabs?.addEventListener('message', ({ data }) => (data.stage ? this.sending.heard(data.stage) : this.adopt()))
    // Back from the page after it: what stood here may have been sent.
    addEventListener('pageshow', (e) => e.persisted && location.reload())
  }

  tellTabs(what) {
    this.tabs?.postMessage(what)
  }

  on(hook, event, act) {
    for (const e of findAll(this.root, hook)) {
      e.addEventListener(event, () =>
        busy(this.root, async () => {
          try {
            this.trouble('')
            await act(e)
          } catch (err) {
            this.trouble(sayError(err))
          }
        })
      )
    }
  }

  trouble(text) {
    for (const e of findAll(this.root, 'error')) {
      e.hidden = !text
      fill(e, 'error-text', text)
      if (text) e.focus()
    }
  }

  /** put shows a value, unless somebody is typing there. */
  put(e, value) {
    if (e.value !== value && !(e === document.activeElement && document.hasFocus())) e.value = value
  }

  typed(e) {
    const { draft } = this
    const d = e.dataset
    if (d.price !== undefined) draft.prices[d.price] = e.value
    else if (d.met !== undefined) draft.responses[d.met] = { ...draft.responses[d.met], met: e.value === 'yes' }
    else if (d.answer !== undefined) draft.responses[d.answer] = { ...draft.responses[d.answer], text: e.value }
    else if (d.answerFile !== undefined) draft.responses[d.answerFile] = { ...draft.responses[d.answerFile], file: e.value }
    else if (d.statement !== undefined) draft.statement = e.value
    else if (d.security !== undefined) draft.security[d.security] = e.value
    else if (d.partyLeadShare !== undefined) draft.share = e.value
    else return
    this.changed()
  }

  changed() {
    this.draft.changed = Date.now()
    this.prices.reckon()
    this.check()
    this.keep()
  }

  /** keep saves the draft at once; what is typed meanwhile is saved after. */
  async keep() {
    if (this.saving) {
      this.again = true
      return this.saving
    }
    this.saving = this.save()
    try {
      await this.saving
    } finally {
      this.saving = null
    }
  }

  async save() {
    try {
      do {
        this.again = false
        const mine = copyDraft(this.draft)
        const kept = await saveDraft(mine, this.base)
        const others = kept.rev !== this.base.rev + 1
        this.base = copyDraft(kept)
        if (others) this.take(mergeDraft(mine, this.draft, kept))
      } while (this.again)
      this.tellTabs({ draft: this.base.rev })
      fill(this.root, 'saved', say('wizard.saved', { time: new Date().toLocaleTimeString(language()) }))
    } catch (err) {
      fill(this.root, 'saved', sayError(err))
    }
  }

  /** adopt takes over what another tab has kept of this draft. */
  async adopt() {
    const theirs = await loadDraft(this.place.id)
    if (!theirs || theirs.rev <= this.base.rev) return
    this.take(mergeDraft(this.base, this.draft, theirs))
    this.base = copyDraft(theirs)
  }

  take(draft) {
    this.draft = draft
    this.paint()
  }

  /** paint fills the page from the draft. */
  paint() {
    for (const part of this.parts) part.paint()
    this.check()
  }

  // What is missing.

  check() {
    const missing = {
      prices: this.prices.missing(),
      answers: this.documents.missingAnswers(),
      parties: this.parties.missing(),
      security: this.security.missing(),
      documents: []
    }
    const done = { documents: this.draft.files.length > 0, parties: this.draft.partners.length > 0 }
    for (const [task, list] of Object.entries(missing)) {
      const state = list.length ? 'todo' : optional.includes(task) && !done[task] ? 'optional' : 'done'
      for (const e of findAll(this.root, `task="${task}"`)) {
        e.textContent = say(`wizard.task.${state}`)
        e.dataset.state = state
        e.classList.toggle('govuk-tag--green', state === 'done')
        e.classList.toggle('govuk-tag--grey', state === 'optional')
      }
    }
    const all = Object.values(missing).flat()
    find(this.root, 'missing')?.replaceChildren(...all.map((s) => make('li', s)))
    show(this.root, 'missing-some', all.length > 0)
    show(this.root, 'missing-none', all.length === 0)
    return all
  }

  async offerKeys() {
    await this.documents.offer()
    this.keys = await signers(this.user)
    find(this.root, 'sign-with')?.replaceChildren(...this.keys.map((s, i) => make('option', s.label, { value: String(i) })))
    show(this.root, 'sign-none', this.keys.length === 0)
    show(this.root, 'sign-some', this.keys.length > 0)
  }

  signer() {
    return this.keys[Number(find(this.root, 'sign-with')?.value ?? 0)]?.signer ?? null
  }

  passphrase(hook) {
    const pass = find(this.root, hook).value
    want([...pass].length >= shortestPassphrase, 'wizard.passphrase', 'The passphrase is too short.')
    return pass
  }

  // The draft as a file.

  async keepFile() {
    const pass = this.passphrase('draft-pass')
    save(`draft-${this.place.tender}-${this.place.lot}.age`, await this.sending.work({ do: 'export', draft: this.draft, passphrase: pass }))
  }

  async takeFile(input) {
    const [file] = input.files
    if (!file) return
    try {
      const read = await this.sending.work({ do: 'import', file, passphrase: this.passphrase('draft-pass'), here: this.place })
      this.take({ ...read, rev: this.base.rev })
      await this.keep()
      fill(this.root, 'draft-told', say('wizard.draft.loaded'))
    } finally {
      input.value = ''
    }
  }
}

/** wireWizard starts the wizard of a page. */
export function wireWizard() {
  const root = document.querySelector('[data-bid]')
  if (!root) return
  const w = new Wizard(root)
  w.start().catch((err) => w.trouble(sayError(err)))
}
