// The worker: everything heavy that a bid needs, off the page. It checks the
// tender, seals to the browser's private file system (OPFS), so that a closed
// tab loses nothing and no file is held in memory, and locks files under
// passphrases. One message asks, messages answer:
//
//   {do: NAME, ...}  ->  {told, done, of}  again and again
//                    ->  {result}  or  {fault: {code, text}}
import { hashBlob } from './container.js'
import { exportDraft, importDraft } from './draftfile.js'
import { Fault } from './fault.js'
import { Manifest } from './manifest.js'
import { folderOf } from './opfs.js'
import { prepare } from './prepare.js'
import { parseRecovery, recoveryFile } from './recovery.js'
import { seal } from './sealing.js'
import { Log } from './trust.js'

/** describe reads every file once for its hash. */
async function describe(files, tell) {
  const of = files.reduce((n, f) => n + f.blob.size, 0)
  let done = 0
  const list = []
  for (const f of files) {
    const sha256 = await hashBlob(f.blob, (n) => tell((done += n), of))
    list.push({ ...f, size: f.blob.size, sha256 })
  }
  return list
}

/** often lets a message through at most every tenth of a second, and the last. */
function often(told) {
  let last = 0
  return (done, of) => {
    const now = performance.now()
    if (now - last < 100 && done < of) return
    last = now
    postMessage({ told, done, of })
  }
}

/** sealTo seals one envelope into a file of the private file system. */
async function sealTo({ manifest, context, files, folder, name }) {
  const list = await describe(files, often('read'))
  const dir = await folderOf(folder)
  const file = await dir.getFileHandle(name, { create: true })
  const out = await file.createSyncAccessHandle()
  try {
    out.truncate(0)
    let at = 0
    const put = (b) => {
      if (out.write(b, { at }) !== b.length) throw new Fault('seal.disk', 'The browser has no room for the sealed bid.')
      at += b.length
    }
    const sealed = await seal(put, Manifest.parse(manifest), context, list, often('seal'))
    out.flush()
    return sealed
  } finally {
    out.close()
  }
}

const jobs = {
  seal: sealTo,
  prepare: async ({ tender }) => {
    const p = await prepare(tender, new Log())
    return { notice: p.tender.notice, manifest: new TextDecoder().decode(p.manifest.raw), openers: p.manifest.openers }
  },
  recovery: ({ envelopes, passphrase }) => recoveryFile(envelopes, passphrase),
  unlock: ({ bytes, passphrase }) => parseRecovery(bytes, passphrase),
  export: ({ draft, passphrase }) => exportDraft(draft, passphrase),
  import: ({ file, passphrase, here }) => importDraft(file, passphrase, here)
}

/** codeOf what a job threw, for the page to say. */
function codeOf(err) {
  if (err?.name === 'QuotaExceededError') return 'seal.disk'
  if (err?.name === 'NotReadableError') return 'seal.file_changed'
  return err?.code && typeof err.code === 'string' ? err.code : 'error.other'
}

/** serve answers one request after the other. */
export function serve() {
  addEventListener('message', async ({ data }) => {
    try {
      postMessage({ result: await jobs[data.do](data) })
    } catch (err) {
      postMessage({ fault: { code: codeOf(err), text: String(err?.message ?? err), status: err?.status ?? 0 } })
    }
  })
}
