import { hex, unhex, utf8, unbase64 } from '../bytes.js'
import { canon, canonBytes, hexH, parseCanon } from '../canon.js'
import { enrolRecord, makeKey, signingHash, verify, fromSPKI } from '../sign.js'
import { ed25519Verify } from '../native.js'
import { fileName, foldName, parseTime, plainText, tidyName } from '../text.js'
import { fails, same } from './check.js'

const record = utf8('{"kind":"bid","seq":1}')
// The key of tender/sign's vectors, made from the seed 01 00 ... 00.
const frozen = { key: 'aad9ac95a0f2c8e599b7586ecb2e1e11' }

export const signing = [
  {
    name: 'canonical JSON has one form',
    run() {
      same(canon({ b: [1, true, 'é\u2028"\\\n\u0001'], a: {}, gone: undefined }), '{"a":{},"b":[1,true,"é\u2028\\"\\\\\\n\\u0001"]}')
      for (const bad of [null, -1, 1.5, -0, 2 ** 53, '\ud800', { é: 1 }, NaN, Symbol.iterator]) {
        let threw = false
        try {
          canon(bad)
        } catch {
          threw = true
        }
        same(threw, true, String(bad))
      }
    }
  },
  {
    name: 'other spellings of canonical JSON are refused',
    async run() {
      for (const s of [
        '{"a":1,"a":1}',
        '{ "a":1}',
        '{"b":1,"a":2}',
        '{"a":1.0}',
        '{"a":1e0}',
        '"\\u0041"',
        '{"a":null}',
        '1 ',
        '',
        '[1',
        '{"a":-0}',
        '"\\/"'
      ]) {
        await fails('canon.form', () => parseCanon(utf8(s)), s)
      }
      same(parseCanon(utf8('{"a":[],"b":"\\u001f"}')), { a: [], b: '\u001f' })
    }
  },
  {
    name: 'the signed records of the server verify here',
    async run(env) {
      const x = await env.json('amendments.json')
      const key = makeKey('ed25519', unhex('cecc1507dc1ddd7295951c290888f095adb9044d1b73d696e6df065d683bd4fc'))
      same(key.id, frozen.key, 'key id')
      const bid = JSON.parse(x.bid)
      await verify(key, 'bid', canonBytes(bid.record), bid.signature)
      await fails('sign.signature', () => verify(key, 'withdraw', canonBytes(bid.record), bid.signature))
      await fails('sign.signature', () => verify(key, 'bid', canonBytes({ ...bid.record, seq: 2 }), bid.signature))
      await fails('sign.key', () => verify(key, 'bid', canonBytes(bid.record), { ...bid.signature, key: 'x' }))
      await fails('sign.signature', () => verify(key, 'bid', canonBytes(bid.record), { ...bid.signature, clientDataJSON: 'e30=' }))
      await fails('sign.domain', () => signingHash('payment', record))
    }
  },
  {
    name: 'a key is named by its own content',
    async run() {
      const bytes = unhex('cecc1507dc1ddd7295951c290888f095adb9044d1b73d696e6df065d683bd4fc')
      const key = makeKey('ed25519', bytes)
      await fails('sign.key', () => verify({ ...key, id: '0'.repeat(32) }, 'bid', record, {}))
      await fails('sign.key', () => verify({ ...key, rp: 'a.example' }, 'bid', record, {}))
      const spki = unhex(`3059301306072a8648ce3d020106082a8648ce3d03010703420004${'11'.repeat(64)}`)
      same(fromSPKI(spki, 'localhost').alg, 'webauthn-es256')
      same(unbase64(fromSPKI(spki, 'localhost').public).length, 65)
      await fails('sign.key', () => fromSPKI(spki.slice(1), 'localhost'))
      same(
        new TextDecoder().decode(enrolRecord('u1', key)),
        `{"key":{"alg":"ed25519","id":"${key.id}","public":"${key.public}"},"kind":"enrol","user":"u1"}`
      )
    }
  },
  {
    name: 'keys that anybody could sign with verify nothing',
    async run() {
      const forged = unhex(`01${'00'.repeat(63)}`)
      for (const weak of ['00'.repeat(32), `01${'00'.repeat(31)}`, `01${'00'.repeat(30)}80`]) {
        for (let n = 0; n < 40; n++) same(await ed25519Verify(unhex(weak), forged, utf8(String(n))), false)
      }
    }
  },
  {
    name: 'names are what a person can read back',
    run() {
      for (const s of ['a', 'Ünï', '投标', '\u0646\u200c\u0647', 'a b']) same(plainText(s), true, s)
      for (const s of ['', 'a\u202eb', 'e\u0301', '\u0000', 'a\u2028', '\ue000', 'x'.repeat(201), 'a\u00ad'])
        same(plainText(s), false, hex(utf8(s)))
      for (const s of ['offer.json', 'Плaн.pdf', 'a.tar.gz', 'COMX', 'null']) same(fileName(s), true, s)
      for (const s of ['.a', 'a.', ' a', 'a/b', 'a\\b', 'c:', 'con', 'Com1.txt', 'x'.repeat(201), '', 'a?']) same(fileName(s), false, s)
      same(foldName('STRASSE İ'), foldName('strasse i'))
      same(foldName('ﬁle'), 'file')
      for (const [from, to] of [
        ['a:b?.pdf', 'a-b-.pdf'],
        ['...x', 'x'],
        ['e\u0301.pdf', 'é.pdf'],
        ['CON', '']
      ])
        same(tidyName(from), to)
      same(parseTime('2026-12-01T12:00:00Z'), Date.UTC(2026, 11, 1, 12))
      for (const s of ['2026-12-01T12:00:00+00:00', '2026-13-01T12:00:00Z', '2026-02-30T12:00:00Z', '2026-12-01T12:00:00.5Z'])
        same(parseTime(s), NaN, s)
    }
  },
  {
    name: 'hashes are separated by domain',
    run() {
      same(hexH('bid', record) === hexH('withdraw', record), false)
    }
  }
]
