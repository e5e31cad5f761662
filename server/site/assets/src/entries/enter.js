// Signs in with a passkey: <form data-enter> of the sign-in page, which stays
// hidden where there are none. The authenticator names the person itself.
import { call } from '../seal/api.js'
import { base64, utf8 } from '../seal/bytes.js'
import { canPasskey } from '../seal/device.js'
import { busy, field, fill } from '../seal/dom.js'
import { Fault, want } from '../seal/fault.js'
import { signingHash } from '../seal/sign.js'
import { say, sayError } from '../seal/words.js'

/** answer asks the authenticator to sign the server's nonce. */
async function answer(form) {
  const { domain, record } = await call('/api/v1/session/challenge', { method: 'POST', again: true })
  want(domain === 'login', 'sign.other', 'The server asks for another kind of signature.')
  const got = await navigator.credentials.get({
    publicKey: { rpId: location.hostname, challenge: signingHash('login', utf8(record)), userVerification: 'required', allowCredentials: [] }
  })
  want(got?.response.userHandle, 'device.refused', 'No passkey was used.')
  const part = (name) => base64(new Uint8Array(got.response[name]))
  field(form, 'user').value = new TextDecoder().decode(got.response.userHandle)
  field(form, 'record').value = record
  field(form, 'signature').value = JSON.stringify({
    alg: '', authenticatorData: part('authenticatorData'), clientDataJSON: part('clientDataJSON'), key: '', sig: part('signature')
  })
}

for (const form of document.querySelectorAll('form[data-enter]')) {
  form.hidden = !canPasskey()
  form.addEventListener('submit', (event) => {
    if (field(form, 'signature').value) return // answered; let it go
    event.preventDefault()
    busy(form, async () => {
      try {
        fill(form, 'enter-status', say('passkey.waiting'))
        await answer(form)
        form.requestSubmit()
      } catch (err) {
        field(form, 'signature').value = ''
        fill(form, 'enter-status', sayError(err instanceof DOMException ? new Fault('device.refused', err.message) : err))
      }
    })
  })
}
