// Countdowns by the server's clock.
//
//   <html data-clock="2026-11-26T14:00:00.120Z" data-clock-url="/clock">
//   <span data-countdown="2026-12-01T09:00:00Z" data-over="Closed" hidden></span>
//
// The page carries the server's time (in a sandbox the legal time) at which it
// was made. From then on only the device's monotonic clock is used, so that a
// wrong clock on the device, or one that is set meanwhile, does not matter.
// After a sleep the server is asked again at data-clock-url, which answers a
// bare RFC 3339 time.
const units = [['day', 86400], ['hour', 3600], ['minute', 60], ['second', 1]]

let ahead // milliseconds between performance.now() and the server's time

export function serverNow () { return performance.now() + ahead }

// words tells seconds in the two largest units that matter, in the page's language.
export function words (seconds, language) {
  const parts = []
  for (const [unit, size] of units) {
    const n = Math.floor(seconds / size)
    seconds -= n * size
    if (n === 0 && parts.length === 0 && unit !== 'second') continue
    parts.push(new Intl.NumberFormat(language, { style: 'unit', unit, unitDisplay: 'long' }).format(n))
    if (parts.length === 2) break
  }
  return parts.join(language.startsWith('zh') ? ' ' : ', ')
}

async function ask (url) {
  const sent = performance.now()
  const answer = await fetch(url, { cache: 'no-store', credentials: 'omit' })
  const at = Date.parse((await answer.text()).trim())
  if (answer.ok && !Number.isNaN(at)) ahead = at - (sent + performance.now()) / 2
}

export function clocks (root) {
  const html = document.documentElement
  const made = Date.parse(html.dataset.clock)
  if (Number.isNaN(made)) return
  const arrival = performance.getEntriesByType('navigation')[0]?.responseStart ?? 0
  ahead = made - arrival

  const all = [...root.querySelectorAll('[data-countdown]')]
  if (all.length === 0) return
  const show = () => {
    let soonest = 60000
    for (const el of all) {
      const left = Date.parse(el.dataset.countdown) - serverNow()
      const text = left > 0 ? words(Math.ceil(left / 1000), html.lang || 'en') : el.dataset.over ?? ''
      if (el.textContent !== text) el.textContent = text
      el.classList.toggle('is-over', left <= 0)
      el.hidden = text === ''
      if (left > 0) soonest = Math.min(soonest, left < 86400e3 ? left % 1000 || 1000 : left % 60000 || 60000)
    }
    setTimeout(show, soonest)
  }
  show()

  const url = html.dataset.clockUrl
  if (!url) return
  document.addEventListener('visibilitychange', () => {
    if (document.visibilityState === 'visible') ask(url).catch(() => {})
  })
}
