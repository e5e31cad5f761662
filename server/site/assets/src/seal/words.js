// The words that scripts put on a page. They come from the page, so that they
// are in its language: one or more
//   <script type="application/json" data-words>{"key": "text with {name}"}</script>
import { Fault } from './fault.js'

let known

function words() {
  if (!known) {
    known = {}
    for (const s of document.querySelectorAll('script[type="application/json"][data-words]'))
      Object.assign(known, JSON.parse(s.textContent))
  }
  return known
}

/** say returns the page's words for a key, with {names} filled in; the key
 * itself if the page has none, so that a gap shows.
 * @param {string} key @param {Record<string, string | number>} [values] */
export function say(key, values = {}) {
  const s = words()[key] ?? key
  return s.replace(/\{(\w+)\}/g, (all, name) => String(values[name] ?? all))
}

/** has reports whether the page has words for a key. @param {string} key */
export const has = (key) => key in words()

/** sayError is what a person is told of an error: the page's words for its
 * code, else what the server said, else that something broke here.
 * @param {unknown} err */
export function sayError(err) {
  if (err instanceof Fault) {
    if (has(err.code)) return say(err.code, err.values)
    return err.message && err.message !== err.code ? err.message : say('error.other', { code: err.code })
  }
  console.error(err)
  return say('error.other', { code: err?.name ?? 'Error' })
}

/** language of the page, for numbers and dates. */
export const language = () => document.documentElement.lang || 'en'

/** bytesText writes a size as people read it. @param {number} n */
export function bytesText(n) {
  const units = ['byte', 'kilobyte', 'megabyte', 'gigabyte', 'terabyte']
  let i = 0
  for (; n >= 1000 && i < 4; i++) n /= 1000
  return new Intl.NumberFormat(language(), { style: 'unit', unit: units[i], unitDisplay: 'short', maximumSignificantDigits: 3 }).format(n)
}

/** timeText writes an instant in the page's language and time zone, as the
 * page's own times are written. @param {number | string} at */
export const timeText = (at) => {
  const form = new Intl.DateTimeFormat(language() === 'en' ? 'en-GB' : language(), {
    dateStyle: 'long',
    timeZone: document.documentElement.dataset.zone || undefined
  })
  const timeZone = form.resolvedOptions().timeZone
  const part = Object.fromEntries(
    new Intl.DateTimeFormat('en-GB', { timeStyle: 'medium', timeZone }).formatToParts(new Date(at)).map((p) => [p.type, p.value])
  )
  const zone = new Intl.DateTimeFormat('en-GB', { timeZoneName: 'shortOffset', timeZone }).formatToParts(new Date(at))
  const offset = zone.find((p) => p.type === 'timeZoneName')?.value.replace(/^GMT(\+0)?/, 'UTC').replace('-', '−')
  const time = `${part.hour}:${part.minute}:${part.second}`
  const day = form.format(new Date(at))
  return language().startsWith('zh') ? `${day} ${time}（${offset}）` : `${day}, ${time} (${offset})`
}
