// What this browser keeps for a person: an IndexedDB database, seen as a few
// named shelves of values by key. Nothing here ever goes to the server.

/** The shelves. A new one raises the version; none is ever dropped, since
 * people's keys and sealed bids lie here. */
const shelves = ['devices', 'trust', 'drafts', 'sealed', 'openers', 'profile', 'receipts']
const version = 1

let opened

function database() {
  opened ??= new Promise((resolve, reject) => {
    const r = indexedDB.open('probity', version)
    r.onupgradeneeded = () => {
      for (const name of shelves) if (!r.result.objectStoreNames.contains(name)) r.result.createObjectStore(name)
    }
    r.onsuccess = () => {
      r.result.onversionchange = () => {
        r.result.close()
        opened = undefined
      }
      resolve(r.result)
    }
    r.onerror = () => {
      opened = undefined
      reject(r.error)
    }
  })
  return opened
}

/** run does one transaction and resolves once it is on disk. */
async function run(shelf, mode, work) {
  const db = await database()
  return new Promise((resolve, reject) => {
    const t = db.transaction(shelf, mode, { durability: 'strict' })
    const r = work(t.objectStore(shelf))
    t.oncomplete = () => resolve(r.result)
    t.onabort = t.onerror = () => reject(t.error ?? r.error)
  })
}

/** @param {string} shelf @param {string} key @returns {Promise<any>} undefined if there is none */
export const get = (shelf, key) => run(shelf, 'readonly', (s) => s.get(key))

/** @param {string} shelf @param {string} key @param {unknown} value */
export const put = (shelf, key, value) => run(shelf, 'readwrite', (s) => s.put(value, key))

/** @param {string} shelf @param {string} key */
export const remove = (shelf, key) => run(shelf, 'readwrite', (s) => s.delete(key))

/** @param {string} shelf @returns {Promise<any[]>} */
export const everything = (shelf) => run(shelf, 'readonly', (s) => s.getAll())

/** change reads, changes and writes one value in one transaction; change is
 * synchronous and may return undefined to leave the value alone.
 * @param {string} shelf @param {string} key @param {(was: any) => any} how */
export async function change(shelf, key, how) {
  const db = await database()
  return new Promise((resolve, reject) => {
    const t = db.transaction(shelf, 'readwrite', { durability: 'strict' })
    const s = t.objectStore(shelf)
    let now
    const r = s.get(key)
    r.onsuccess = () => {
      try {
        now = how(r.result)
        if (now !== undefined) s.put(now, key)
      } catch (err) {
        reject(err)
        t.abort()
      }
    }
    t.oncomplete = () => resolve(now)
    t.onabort = t.onerror = () => reject(t.error)
  })
}

/** keep asks the browser not to throw this away when the disk is full.
 * @returns {Promise<boolean>} */
export const keep = async () => (await navigator.storage?.persist?.()) ?? false
