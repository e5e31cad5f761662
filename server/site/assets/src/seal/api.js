// Calls of /api/v1 with the session's cookie: patient where the line is not,
// and never twice what may be done once.
import { hex, random } from './bytes.js'
import { Fault } from './fault.js'

const firstPause = 200
const longestPause = 5_000
const longestAsked = 30_000
const patience = 60_000
const within = 60_000

/**
 * @typedef {{method?: string, json?: unknown, raw?: string, body?: BodyInit, type?: string, create?: boolean, again?: boolean, within?: number, patience?: number, signal?: AbortSignal, key?: string, bytes?: boolean, version?: number}} Call
 *
 * json is written as JSON; raw is JSON that is written already, so that signed
 * records inside arrive as the bytes that were signed. create marks what makes
 * something: it gets one Idempotency-Key for all tries (key, if one was kept). again marks what does
 * no harm when it is done twice.
 */

/** call makes one call and returns the answer's JSON (or bytes).
 * @param {string} path @param {Call} [c] @returns {Promise<any>} */
export async function call(path, c = {}) {
  const key = c.create ? (c.key ?? hex(random(16))) : ''
  const end = Date.now() + (c.patience ?? patience)
  for (let pause = firstPause; ; pause = Math.min(2 * pause, longestPause)) {
    try {
      return await once(path, c, key)
    } catch (err) {
      const wait = Math.max(pause / 2 + (Math.random() * pause) / 2, Math.min(err.after * 1000 || 0, longestAsked))
      if (c.signal?.aborted || !mayRepeat(c, err) || Date.now() + wait > end) throw err
      await sleep(wait, c.signal)
    }
  }
}

/** mayRepeat: the same rule as the command line's client. */
function mayRepeat(c, err) {
  if (!(err instanceof Fault)) return false
  const repeatable = !c.method || c.method === 'GET' || c.create || c.again
  if (err.code === 'idempotency.running') return !!c.create
  if (err.status === 429) return true
  return repeatable && (err.code === 'client.unreachable' || [408, 502, 503, 504].includes(err.status))
}

async function once(path, c, key) {
  const headers = { Accept: 'application/json' }
  let body = c.body
  if (c.json !== undefined || c.raw !== undefined) {
    headers['Content-Type'] = 'application/json'
    body = c.raw ?? JSON.stringify(c.json)
  }
  if (key) headers['Idempotency-Key'] = key
  if (c.version) headers['If-Match'] = `"${c.version}"`
  const limit = AbortSignal.timeout(c.within ?? within)
  const signal = c.signal ? AbortSignal.any([c.signal, limit]) : limit
  let res
  let bytes
  try {
    res = await fetch(path, {
      method: c.method ?? 'GET',
      headers,
      body,
      signal,
      redirect: 'error',
      cache: 'no-store',
      credentials: 'same-origin'
    })
    bytes = new Uint8Array(await res.arrayBuffer())
  } catch (err) {
    if (c.signal?.aborted) throw c.signal.reason
    throw new Fault('client.unreachable', 'The server cannot be reached.', { cause: err })
  }
  if (!res.ok) throw problem(res, bytes)
  if (c.bytes) return bytes
  return bytes.length ? JSON.parse(new TextDecoder().decode(bytes)) : undefined
}

/** problem reads application/problem+json; what is none comes from something
 * between us and the server. */
function problem(res, bytes) {
  const more = { status: res.status, request: res.headers.get('X-Request-Id') ?? '', after: Number(res.headers.get('Retry-After')) || 0 }
  if (res.headers.get('Content-Type')?.startsWith('application/problem+json')) {
    try {
      const p = JSON.parse(new TextDecoder().decode(bytes))
      if (p.code) return new Fault(p.code, p.detail || p.title, { ...more, fields: p.errors })
    } catch {
      // not a problem after all
    }
  }
  return new Fault('client.answer', `The server answered ${res.status}, and gave no reason.`, more)
}

/** all reads a list to its end. @param {string} path @param {Call} [c] */
export async function all(path, c) {
  const items = []
  let next = path
  for (;;) {
    const page = await call(next, c)
    items.push(...page.items)
    if (!page.next) return items
    next = `${path}${path.includes('?') ? '&' : '?'}after=${encodeURIComponent(page.next)}`
  }
}

/** @param {number} ms @param {AbortSignal} [signal] */
export const sleep = (ms, signal) =>
  new Promise((resolve, reject) => {
    const t = setTimeout(resolve, ms)
    signal?.addEventListener(
      'abort',
      () => {
        clearTimeout(t)
        reject(signal.reason)
      },
      { once: true }
    )
  })

/** tenderPath is the address of a tender or of something below it.
 * @param {string} id @param {...(string | number)} more */
export const tenderPath = (id, ...more) => ['/api/v1/tenders', id, ...more].map((s, i) => (i ? encodeURIComponent(s) : s)).join('/')
