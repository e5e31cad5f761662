// The one form of what is in an envelope (amendment 6): a ustar archive whose
// members are manifest.json, 0001, 0002, ..., padded to a size class. Readers
// make every byte that is not content anew and compare.
import { sha256 } from '@noble/hashes/sha2.js'
import { Reader } from './age.js'
import { concat, equal, hex, isHash, utf8 } from './bytes.js'
import { canonBytes, hasExactly, parseCanon } from './canon.js'
import { Fault, want } from './fault.js'
import { fileName, foldName, mediaType } from './text.js'

const form = 'sealbid-container/1'
const maxFiles = 9999
export const maxFileSize = 8 * 2 ** 30 - 1
const maxManifest = 4 * 2 ** 20
const block = 512
const piece = 1 << 20
const smallestClass = 64 * 2 ** 10

/** @typedef {{media: string, name: string, sha256: string, size: number}} File */

/** checkFiles refuses lists that cannot be in a container. @param {File[]} files */
export function checkFiles(files) {
  want(files.length <= maxFiles, 'seal.container_files', 'An envelope holds at most 9999 files.')
  const taken = new Set()
  for (const f of files) {
    want(fileName(f.name), 'seal.file_name', `The file name ${f.name} cannot be used.`)
    want(!taken.has(foldName(f.name)), 'seal.file_name', `Two files of the envelope have the same name: ${f.name}.`)
    taken.add(foldName(f.name))
    want(
      Number.isSafeInteger(f.size) && f.size >= 0 && f.size <= maxFileSize && isHash(f.sha256),
      'seal.file_size',
      `The file ${f.name} has an impossible size or hash.`
    )
    want(mediaType(f.media), 'seal.file_media', `The file ${f.name} has a malformed media type.`)
  }
}

/** @param {File[]} files */
export const fileManifest = (files) =>
  canonBytes({ files: files.map(({ media, name, sha256, size }) => ({ media, name, sha256, size })), v: form })

/** tarHeader is the only header block that a member may have. */
function tarHeader(name, size) {
  const b = new Uint8Array(block)
  const set = (at, s) => b.set(utf8(s), at)
  set(0, name)
  set(100, '0000644\0' + '0000000\0' + '0000000\0')
  set(124, `${size.toString(8).padStart(11, '0')}\0${'0'.repeat(11)}\0`)
  set(148, '        0')
  set(257, 'ustar\0' + '00')
  set(329, '0000000\0' + '0000000\0')
  set(
    148,
    `${b
      .reduce((sum, c) => sum + c, 0)
      .toString(8)
      .padStart(6, '0')}\0 `
  )
  return b
}

const padding = (size) => (block - (size % block)) % block
const memberName = (n) => String(n).padStart(4, '0')

/** containerSize is the size of the whole container.
 * @param {number} manifest length of manifest.json @param {File[]} files */
export function containerSize(manifest, files) {
  let total = block + manifest + padding(manifest) + 2 * block
  for (const f of files) total += block + f.size + padding(f.size)
  return sizeClass(total)
}

/** sizeClass rounds up: 64 KiB, and from there eight classes to each doubling.
 * @param {number} size */
export function sizeClass(size) {
  if (size <= smallestClass) return smallestClass
  let step = smallestClass / 8
  while (step * 16 < size) step *= 2
  return Math.ceil(size / step) * step
}

function* zeros(n) {
  const some = new Uint8Array(Math.min(n, piece))
  for (; n > 0; n -= some.length) yield some.subarray(0, Math.min(n, some.length))
}

/** blobPieces reads a blob piece by piece. @param {Blob} blob */
export async function* blobPieces(blob, size = piece) {
  for (let at = 0; at < blob.size; at += size) yield new Uint8Array(await blob.slice(at, at + size).arrayBuffer())
}

/** hashBlob is the hex SHA-256 of a file that need not fit into memory.
 * @param {Blob} blob @param {(n: number) => void} [tell] */
export async function hashBlob(blob, tell) {
  const h = sha256.create()
  for await (const b of blobPieces(blob)) {
    h.update(b)
    tell?.(b.length)
  }
  return hex(h.digest())
}

/** writeContainer yields the container of files; each is held to its size and
 * hash, since it is read a second time here.
 * @param {(File & {blob: Blob})[]} list */
export async function* writeContainer(list) {
  checkFiles(list)
  const manifest = fileManifest(list)
  want(manifest.length <= maxManifest, 'seal.container_files', "The envelope's list of files is too long.")
  let count = 0
  const out = (b) => {
    count += b.length
    return b
  }
  yield out(concat(tarHeader('manifest.json', manifest.length), manifest, new Uint8Array(padding(manifest.length))))
  for (const [i, f] of list.entries()) {
    yield out(tarHeader(memberName(i + 1), f.size))
    const sum = sha256.create()
    let size = 0
    for await (const b of blobPieces(f.blob)) {
      sum.update(b)
      size += b.length
      yield out(b)
    }
    want(size === f.size && hex(sum.digest()) === f.sha256, 'seal.file_changed', `The file ${f.name} changed while it was being sealed.`)
    yield out(new Uint8Array(padding(f.size)))
  }
  for (const z of zeros(containerSize(manifest.length, list) - count)) yield z
}

/** badContainer marks what the bidder wrote wrongly, as against broken reads. */
const badContainer = (why) => new Fault('seal.container', `The container is malformed: ${why}.`)

/**
 * readContainer checks the whole of a container to its end and returns its
 * files. sink gets each file's content, piece by piece, before it is known to
 * be right: keep it aside until the verdict.
 * @param {AsyncIterable<Uint8Array>} source
 * @param {(f: File, number: number) => ((b: Uint8Array) => unknown) | undefined} [sink]
 * @returns {Promise<File[]>}
 */
export async function readContainer(source, sink) {
  const r = new Reader(source)
  let count = 0
  const take = async (n) => {
    const b = await r.read(n)
    count += b.length
    if (b.length !== n) throw badContainer('it ends early')
    return b
  }
  const wantZeros = async (n) => {
    for (; n > 0; n -= Math.min(n, piece)) {
      if ((await take(Math.min(n, piece))).some((b) => b !== 0)) throw badContainer('there are bytes where zeros belong')
    }
  }
  const raw = await readManifest(take)
  await wantZeros(padding(raw.length))
  const files = parseFiles(raw)
  for (const [i, f] of files.entries()) {
    if (!equal(await take(block), tarHeader(memberName(i + 1), f.size)))
      throw badContainer(`member ${i + 1} does not have the one right header`)
    const put = sink?.(f, i + 1)
    const sum = sha256.create()
    for (let left = f.size; left > 0; ) {
      const b = await take(Math.min(left, piece))
      sum.update(b)
      await put?.(b)
      left -= b.length
    }
    if (hex(sum.digest()) !== f.sha256) throw badContainer(`member ${i + 1} is not what manifest.json says`)
    await wantZeros(padding(f.size))
  }
  await wantZeros(containerSize(raw.length, files) - count)
  if ((await r.read(1)).length) throw badContainer('bytes follow its end')
  return files
}

/** readManifest reads the first member, whose size is the only thing taken
 * from a header block. */
async function readManifest(take) {
  const head = await take(block)
  const digits = String.fromCharCode(...head.subarray(124, 135))
  const size = /^[0-7]{11}$/.test(digits) ? parseInt(digits, 8) : -1
  if (size < 2 || size > maxManifest || !equal(head, tarHeader('manifest.json', size)))
    throw badContainer('its first member is not manifest.json')
  return take(size)
}

function parseFiles(raw) {
  let m
  try {
    m = parseCanon(raw)
  } catch {
    throw badContainer('manifest.json is not canonical')
  }
  const shaped =
    hasExactly(m, 'files v') && m.v === form && Array.isArray(m.files) && m.files.every((f) => hasExactly(f, 'media name sha256 size'))
  if (!shaped) throw badContainer('manifest.json is not canonical')
  try {
    checkFiles(m.files)
  } catch (err) {
    throw badContainer(err.message)
  }
  return m.files
}
