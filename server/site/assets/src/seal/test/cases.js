// The cases: each is a sentence and a function that fails by throwing. They
// run in Node and in a browser alike; env reads fixtures.
import { bid } from './cases.bid.js'
import { log } from './cases.log.js'
import { money } from './cases.money.js'
import { sealing } from './cases.seal.js'
import { signing } from './cases.sign.js'

export const cases = [...signing, ...sealing, ...log, ...money, ...bid]
