// Runs the cases in Node.
import { test } from 'node:test'
import { readFile } from 'node:fs/promises'
import { cases } from './cases.js'

const folder = new URL('../../../../../../bidding/seal/testdata/', import.meta.url)
const mine = new URL('./', import.meta.url)
const place = (name) => (name.startsWith('../') ? new URL(name.slice(3), mine) : new URL(name, folder))
const env = {
  bytes: async (name) => new Uint8Array(await readFile(place(name))),
  json: async (name) => JSON.parse(await readFile(place(name), 'utf8'))
}

for (const c of cases) test(c.name, () => c.run(env))
