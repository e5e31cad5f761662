// Small helpers for pages. Nothing here writes HTML: elements are the page's
// own, or made from its templates.

/** @param {ParentNode} root @param {string} hook @returns {HTMLElement | null} */
export const find = (root, hook) => root.querySelector(`[data-${hook}]`)

/** @param {ParentNode} root @param {string} hook @returns {HTMLElement[]} */
export const findAll = (root, hook) => [...root.querySelectorAll(`[data-${hook}]`)]

/** fill puts text into every element of a hook. */
export function fill(root, hook, text) {
  for (const e of findAll(root, hook)) e.textContent = text
}

/** show takes elements of a hook into view, or out of it. */
export function show(root, hook, visible) {
  for (const e of findAll(root, hook)) e.hidden = !visible
}

/** make is an element with text. @param {string} tag @param {string} [text] @param {Record<string, string>} [attributes] */
export function make(tag, text, attributes = {}) {
  const e = document.createElement(tag)
  if (text !== undefined) e.textContent = text
  for (const [name, value] of Object.entries(attributes)) e.setAttribute(name, value)
  return e
}

/** stamp copies the one element inside <template data-HOOK> of the page.
 * @param {string} hook @returns {HTMLElement} */
export function stamp(hook) {
  const t = document.querySelector(`template[data-${hook}]`)
  return /** @type {HTMLElement} */ (t.content.firstElementChild.cloneNode(true))
}

/** field is a form's input of a name; it is made, hidden, if the form has none.
 * @param {HTMLFormElement} form @param {string} name */
export function field(form, name) {
  const there = form.elements.namedItem(name)
  if (there) return /** @type {HTMLInputElement} */ (there)
  const made = /** @type {HTMLInputElement} */ (make('input', undefined, { type: 'hidden', name }))
  form.append(made)
  return made
}

/** busy locks a form's buttons while work is going on, so that a double click
 * does nothing twice. @param {HTMLElement} root @param {() => Promise<void>} work */
export async function busy(root, work) {
  if (root.getAttribute('aria-busy') === 'true') return
  root.setAttribute('aria-busy', 'true')
  try {
    await work()
  } finally {
    root.removeAttribute('aria-busy')
  }
}

/** save hands a file to the person. @param {string} name @param {BlobPart} content @param {string} [type] */
export function save(name, content, type = 'application/octet-stream') {
  const url = URL.createObjectURL(new Blob([content], { type }))
  const a = make('a', undefined, { href: url, download: name })
  document.body.append(a)
  a.click()
  a.remove()
  setTimeout(() => URL.revokeObjectURL(url), 60_000)
}

/** sendOn sends a form after a script has done its part. Not at once: while a
 * browser is still telling of the first submission, it ignores a second.
 * @param {HTMLFormElement} form @param {HTMLElement | null} [submitter] */
export const sendOn = (form, submitter) => setTimeout(() => form.requestSubmit(submitter ?? undefined))
