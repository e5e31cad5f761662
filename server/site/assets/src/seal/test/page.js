// The page that a real browser opens in the tests: it runs the cases, or does
// a job that Go has the other half of, and posts what came out.
import { nativeAlgorithms } from '../cipher.js'
import { base64, unbase64, utf8 } from '../bytes.js'
import { canonBytes } from '../canon.js'
import { parseClosing } from '../closing.js'
import { parseOpenerKey } from '../identity.js'
import { Manifest } from '../manifest.js'
import { onlyNoble } from '../native.js'
import { openShares, parseBatch } from '../opening.js'
import { fileOf } from '../opfs.js'
import { parseBid } from '../records.js'
import { inWorker } from '../sealer.js'
import { recoveryFile } from '../recovery.js'
import { judge, parseProof } from '../verdict.js'
import { digest } from '../native.js'
import { cases } from './cases.js'

const asked = new URLSearchParams(location.search)
const post = (path, body) => fetch(path, { method: 'POST', body })
const json = async (path) => (await fetch(path)).json()
const bytes = async (path) => new Uint8Array(await (await fetch(path)).arrayBuffer())

const place = (name) => (name.startsWith('../') ? `/mine/${name.slice(3)}` : `/fixtures/${name}`)
const env = { bytes: (name) => bytes(place(name)), json: (name) => json(place(name)) }

async function runCases() {
  if (asked.has('noble')) onlyNoble()
  const results = []
  for (const c of cases) {
    const start = performance.now()
    let failure = ''
    try {
      await c.run(env)
    } catch (err) {
      failure = String(err.stack ?? err)
    }
    results.push({ name: c.name, failure, ms: Math.round(performance.now() - start) })
  }
  return { native: await nativeAlgorithms(), results }
}

/** sealJob seals what Go names, in the worker, and posts all that Go needs. */
async function sealJob() {
  const job = await json('/job')
  const files = []
  for (const f of job.files) files.push({ name: f.name, media: f.media, blob: await (await fetch(f.url)).blob() })
  const start = performance.now()
  const told = []
  const e = await inWorker(
    '/worker.js',
    { do: 'seal', manifest: job.manifest, context: job.context, files, folder: 'test', name: 'bid.age' },
    (what, done, of) => told.push([what, done, of])
  )
  const ms = Math.round(performance.now() - start)
  await post('/payload', await fileOf('test', 'bid.age'))
  return {
    header: base64(e.header),
    fingerprint: e.fingerprint,
    sums: base64(e.sums),
    recovery: base64(await recoveryFile([e], 'pass')),
    ms,
    told: told.length,
    last: told.at(-1)
  }
}

/** openJob gives one opener's shares, and judges a bid with a proof. */
async function openJob() {
  const job = await json('/job')
  const manifest = Manifest.parse(job.manifest)
  const parsed = job.cases.map((c) => ({ manifest, bid: parseBid(utf8(c.record)), envelope: job.envelope, header: unbase64(c.header) }))
  const opening = {
    manifest,
    extensions: [],
    closed: parseClosing(utf8(job.closed)),
    window: parseClosing(utf8(job.window)),
    batch: parseBatch(utf8(job.batch)),
    cases: parsed,
    now: Date.parse(job.now)
  }
  const start = performance.now()
  const answer = await openShares(await parseOpenerKey(job.key), opening)
  const ms = Math.round(performance.now() - start)
  const verdicts = []
  for (const [i, c] of parsed.entries()) {
    if (!job.cases[i].proof) continue
    const contents = []
    const v = await judge(
      c,
      parseProof(utf8(job.cases[i].proof)),
      (await fetch(job.cases[i].payload)).body,
      () => (b) => contents.push(b.slice())
    )
    const all = new Uint8Array(await new Blob(contents).arrayBuffer())
    verdicts.push({ state: v.state, cause: v.cause, files: v.files ?? [], sha256: base64(await digest(all)) })
  }
  return { answer: new TextDecoder().decode(canonBytes(answer)), verdicts, ms }
}

const jobs = { cases: runCases, seal: sealJob, open: openJob }

addEventListener('load', async () => {
  let out
  try {
    out = await jobs[asked.get('job')]()
  } catch (err) {
    out = { broken: String(err.stack ?? err) }
  }
  await post('/result', JSON.stringify(out))
})
