// The wizard's documents and answers: files by envelope, taken by choosing or
// dropping them, or from the company's profile; one answer for each requirement.
import * as db from './db.js'
import { fill, find, findAll, make, show, stamp } from './dom.js'
import { hasAnswers, offerFile, requirementsOf } from './offer.js'
import { mediaType, tidyName } from './text.js'
import { bytesText, say } from './words.js'

/** Documents is that part of the wizard. */
export class Documents {
  /** @param {import('./wizard.js').Wizard} wizard */
  constructor(wizard) {
    this.wizard = wizard
  }

  wire() {
    const { root } = this.wizard
    for (const input of findAll(root, 'files'))
      input.addEventListener('change', () => this.add(input.dataset.files, [...input.files]).then(() => (input.value = '')))
    for (const zone of findAll(root, 'drop')) this.wireDrop(zone)
    for (const b of findAll(root, 'reuse')) b.addEventListener('click', () => this.reuse(b.dataset.reuse))
  }

  wireDrop(zone) {
    zone.addEventListener('dragover', (e) => {
      e.preventDefault()
      zone.dataset.over = 'true'
    })
    zone.addEventListener('dragleave', () => delete zone.dataset.over)
    zone.addEventListener('drop', (e) => {
      e.preventDefault()
      delete zone.dataset.over
      this.add(zone.dataset.drop, [...e.dataTransfer.files])
    })
  }

  paint() {
    const { draft, root } = this.wizard
    for (const e of findAll(root, 'met')) e.checked = draft.responses[e.dataset.met]?.met === (e.value === 'yes')
    for (const e of findAll(root, 'answer')) this.wizard.put(e, draft.responses[e.dataset.answer]?.text ?? '')
    for (const e of findAll(root, 'statement')) this.wizard.put(e, draft.statement)
    for (const list of findAll(root, 'file-list'))
      list.replaceChildren(...draft.files.filter((f) => f.envelope === list.dataset.fileList).map((f) => this.row(f)))
    for (const choice of findAll(root, 'answer-file')) {
      const names = draft.files.filter((f) => hasAnswers(f.envelope)).map((f) => f.name)
      choice.replaceChildren(make('option', say('wizard.no_file'), { value: '' }), ...names.map((n) => make('option', n, { value: n })))
      const chosen = draft.responses[choice.dataset.answerFile]?.file
      choice.value = names.includes(chosen) ? chosen : ''
    }
  }

  row(f) {
    const row = stamp('file-row')
    fill(row, 'name', f.name)
    fill(row, 'size', bytesText(f.blob.size))
    const remove = find(row, 'remove')
    remove.append(make('span', ` ${f.name}`, { class: 'govuk-visually-hidden' }))
    remove.addEventListener('click', () => {
      this.wizard.draft.files = this.wizard.draft.files.filter((x) => x !== f)
      this.wizard.paint()
      this.wizard.changed()
      find(this.wizard.root, `files="${f.envelope}"`)?.focus()
    })
    return row
  }

  async add(envelope, files) {
    const { draft } = this.wizard
    this.wizard.trouble('')
    for (const f of files) {
      const name = tidyName(f.name)
      if (!name || name === offerFile) {
        this.wizard.trouble(say('wizard.file_name', { name: f.name }))
        continue
      }
      const media = mediaType(f.type) ? f.type : 'application/octet-stream'
      draft.files = draft.files.filter((x) => x.envelope !== envelope || x.name !== name)
      // A copy: the original may change, or lie on a stick that is taken away.
      draft.files.push({ envelope, name, media, blob: new Blob([f], { type: media }), at: Date.now() })
    }
    this.wizard.paint()
    this.wizard.changed()
    await this.wizard.keep()
  }

  /** reuse takes a document of the company's profile, kept in this browser. */
  async reuse(envelope) {
    const choice = find(this.wizard.root, `reuse-choice="${envelope}"`)
    const doc = await db.get('profile', choice?.value ?? '')
    if (doc?.blob) await this.add(envelope, [new File([doc.blob], doc.name, { type: doc.media })])
  }

  async offer() {
    const { place, root } = this.wizard
    const docs = (await db.everything('profile')).filter((x) => x.org === place.org && x.blob)
    for (const choice of findAll(root, 'reuse-choice')) choice.replaceChildren(...docs.map((x) => make('option', x.name, { value: x.id })))
    show(root, 'reuse-some', docs.length > 0)
  }

  missingAnswers() {
    const { draft, notice, place } = this.wizard
    return requirementsOf(notice, place.lot)
      .filter((r) => draft.responses[r.id]?.met === undefined)
      .map((r) => say('wizard.missing.answer', { requirement: r.id }))
  }
}
