// The page's end of the worker.
import { Fault } from './fault.js'

/**
 * inWorker has the worker do one job. script is the worker's address (entry
 * seal-worker.js); what jobs there are stands in worker.js.
 * @param {string} script
 * @param {{do: string, [more: string]: unknown}} job
 * @param {(what: string, done: number, of: number) => void} [tell]
 * @returns {Promise<any>}
 */
export function inWorker(script, job, tell) {
  return new Promise((resolve, reject) => {
    const w = new Worker(script)
    const end = (how, value) => {
      w.terminate()
      how(value)
    }
    w.onmessage = ({ data }) => {
      if (data.told) tell?.(data.told, data.done, data.of)
      else if (data.fault) end(reject, new Fault(data.fault.code, data.fault.text, { status: data.fault.status }))
      else end(resolve, data.result)
    }
    w.onerror = (err) => end(reject, new Fault('seal.worker', `The sealing script did not start: ${err.message ?? ''}`))
    w.postMessage(job)
  })
}
