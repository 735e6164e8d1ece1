import { Problem } from './api.js';

/** Browsers have passkeys only under https (or localhost), and can parse the options since 2024. */
export const canUsePasskeys = () => typeof window.PublicKeyCredential?.parseRequestOptionsFromJSON === 'function';

/** Lets the device create a passkey. Throws a Problem when the person declines or the device cannot. */
export async function makePasskey(options) {
  const publicKey = window.PublicKeyCredential.parseCreationOptionsFromJSON(options);
  return (await ask(() => window.navigator.credentials.create({ publicKey }))).toJSON();
}

/** Lets the device sign with a passkey. Throws a Problem when the person declines or there is none. */
export async function usePasskey(options) {
  const publicKey = window.PublicKeyCredential.parseRequestOptionsFromJSON(options);
  return (await ask(() => window.navigator.credentials.get({ publicKey }))).toJSON();
}

async function ask(work) {
  const credential = await work().catch((error) => {
    const isKnown = error.name === 'InvalidStateError';
    throw new Problem(0, {
      detail: isKnown
        ? 'This device already has a passkey for you.'
        : 'No passkey was used. Try again when you are ready.',
    });
  });
  if (!credential) throw new Problem(0, { detail: 'No passkey was used.' });
  return credential;
}
