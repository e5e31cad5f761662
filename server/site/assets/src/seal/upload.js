// The sealed parts on their way: a few at a time, as Blobs, to wherever the
// server says; what has arrived is not sent again, what fails is tried again,
// and addresses that have run out are asked for anew.
import { base64 } from './bytes.js'
import { call, sleep } from './api.js'
import { canon } from './canon.js'
import { Fault, want } from './fault.js'
import { partLength } from './header.js'

const partsAtOnce = 3
const leastTries = 3
const stallTime = 60_000
const idleLimit = 10 * 60_000
const firstPause = 200
const longestPause = 5_000

/**
 * uploadEnvelope sends one envelope until everything has arrived.
 * @param {string} path of the envelope at the API
 * @param {{header: Uint8Array, sums: Uint8Array, payload: import('./header.js').Payload}} sealed
 * @param {Blob} blob the sealed bytes
 * @param {{tell?: (sent: number, of: number) => void, signal?: AbortSignal, waiting?: (err: unknown) => void}} [opts]
 */
export async function uploadEnvelope(path, sealed, blob, opts = {}) {
  const { payload } = sealed
  want(blob.size === payload.size, 'upload.lost', 'The sealed bid in this browser is damaged; it must be sealed anew.')
  const raw = JSON.stringify({ header: base64(sealed.header), sums: base64(sealed.sums) })
  let best = -1
  let pause = firstPause
  let vain = 0
  let last = Date.now()
  let trouble
  for (;;) {
    let at
    try {
      at = await begin(path, raw, payload, opts)
    } catch (err) {
      if (!away(err)) throw err
      trouble = err
    }
    if (at?.there === payload.size) return
    if (at && at.there > best) {
      best = at.there
      pause = firstPause
      vain = 0
      last = Date.now()
    } else {
      opts.waiting?.(trouble)
      if (vain >= leastTries && Date.now() - last > idleLimit) {
        throw new Fault('upload.stalled', 'Nothing has arrived for ten minutes. Try again later: what has arrived stays.', {
          cause: trouble
        })
      }
      await sleep(Math.max(pause, (trouble?.after ?? 0) * 1000), opts.signal)
      pause = Math.min(2 * pause, longestPause)
      vain++
    }
    if (at) trouble = await send(at, blob, payload, opts)
    if (trouble && final(trouble)) throw trouble
  }
}

const away = (err) => err instanceof Fault && (err.code === 'client.unreachable' || [408, 429, 502, 503, 504].includes(err.status))

/** final: sending the part again could not help. */
const final = (err) => !(err instanceof Fault) || ([400, 413, 422].includes(err.status) && err.code !== 'request.incomplete')

/** begin hands in the header, and learns what is there and where the rest goes. */
async function begin(path, raw, payload, { signal, tell }) {
  const at = await call(path, { method: 'POST', raw, again: true, signal, patience: 5_000 })
  want(canon(at.payload) === canon(payload), 'client.answer', 'The server speaks of another payload than this one.')
  const there = at.done ? payload.size : [...new Set(at.present)].reduce((n, part) => n + partLength(payload, part - 1), 0)
  tell?.(there, payload.size)
  return { there, targets: at.targets }
}

/** send puts the parts on their way. It returns the first failure, and lets
 * what is on its way arrive unless that is pointless. */
async function send(at, blob, payload, { signal, tell }) {
  const queue = [...at.targets]
  const passed = new Map()
  const stop = new AbortController()
  const ends = signal ? AbortSignal.any([signal, stop.signal]) : stop.signal
  let first
  const one = async () => {
    for (let t = queue.shift(); t && !first; t = queue.shift()) {
      try {
        await putPart(t, blob, payload, ends, (n) => {
          passed.set(t.part, n)
          tell?.(at.there + [...passed.values()].reduce((a, b) => a + b, 0), payload.size)
        })
      } catch (err) {
        passed.delete(t.part)
        first ??= err
        if (final(err)) stop.abort(err)
        return
      }
    }
  }
  await Promise.all(Array.from({ length: Math.min(partsAtOnce, queue.length) }, one))
  signal?.throwIfAborted()
  return first
}

/** ownHeaders are those that a browser sets itself. */
const ownHeaders = ['host', 'content-length']

/** putPart sends one part. XMLHttpRequest, since fetch tells no progress. */
function putPart(target, blob, payload, signal, tell) {
  const size = partLength(payload, target.part - 1)
  want(size > 0, 'client.answer', 'The server asks for a part that there is not.')
  const url = new URL(target.url, location.href)
  const safe = url.protocol === 'https:' || (url.protocol === 'http:' && location.protocol === 'http:')
  want(safe, 'upload.address', 'The server names no address that a sealed part may be sent to.')
  const from = (target.part - 1) * payload.part
  return new Promise((resolve, reject) => {
    const x = new XMLHttpRequest()
    let stalled
    const alive = () => {
      clearTimeout(stalled)
      stalled = setTimeout(() => x.abort(), stallTime)
    }
    const gone = () => reject(signal.aborted ? signal.reason : new Fault('client.unreachable', 'The line broke.'))
    x.open('PUT', url)
    for (const [name, value] of Object.entries(target.header ?? {}))
      if (!ownHeaders.includes(name.toLowerCase())) x.setRequestHeader(name, value)
    x.upload.onprogress = (e) => {
      alive()
      tell(Math.min(e.loaded, size))
    }
    x.onload = () => (x.status >= 200 && x.status < 300 ? resolve() : reject(refusal(x)))
    x.onerror = x.onabort = gone
    x.onloadend = () => clearTimeout(stalled)
    signal.addEventListener('abort', () => x.abort(), { once: true })
    if (signal.aborted) return gone()
    alive()
    // A Blob without a type, so that no Content-Type is added to what was signed.
    x.send(blob.slice(from, from + size))
  })
}

function refusal(x) {
  let code = 'client.answer'
  let text = `The store answered ${x.status}.`
  try {
    const p = JSON.parse(x.responseText)
    if (p.code) [code, text] = [p.code, p.detail]
  } catch {
    // an object store answers in XML
  }
  return new Fault(code, text, { status: x.status, after: Number(x.getResponseHeader('Retry-After')) || 0 })
}
