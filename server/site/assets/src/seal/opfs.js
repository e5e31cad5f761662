// The browser's private file system, where sealed bids lie until they are sent.

/** folderOf a name, made if it is not there. @param {string} name */
export async function folderOf(name) {
  const root = await navigator.storage.getDirectory()
  return (await root.getDirectoryHandle('sealed', { create: true })).getDirectoryHandle(name, { create: true })
}

/** fileOf reads a file of a folder as a Blob; null if there is none.
 * @param {string} folder @param {string} name @returns {Promise<File | null>} */
export async function fileOf(folder, name) {
  try {
    return await (await (await folderOf(folder)).getFileHandle(name)).getFile()
  } catch (err) {
    if (err.name === 'NotFoundError') return null
    throw err
  }
}

/** drop removes a folder with all that is in it. @param {string} name */
export async function drop(name) {
  const root = await navigator.storage.getDirectory()
  const all = await root.getDirectoryHandle('sealed', { create: true })
  await all.removeEntry(name, { recursive: true }).catch((err) => {
    if (err.name !== 'NotFoundError') throw err
  })
}
