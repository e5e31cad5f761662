// What the server says about one's own bids.
import { call, tenderPath } from './api.js'

/** nextSeq is the number that the next record of one's own for a lot must have. */
export async function nextSeq(tender, lot) {
  try {
    return (await call(tenderPath(tender, 'lots', lot, 'bid'))).seq + 1
  } catch (err) {
    if (err.code === 'bid.missing') return 1
    throw err
  }
}
