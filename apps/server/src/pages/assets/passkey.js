import { Problem } from './api.js';

/** Browsers have passkeys only under https (or localhost), and read our options since 2024. */
export const canUsePasskeys = () => typeof window.PublicKeyCredential?.parseRequestOptionsFromJSON === 'function';

/** Has the device make a passkey. Throws a Problem when the person says no, or it cannot. */
export async function makePasskey(options) {
  const publicKey = window.PublicKeyCredential.parseCreationOptionsFromJSON(options);
  return (await ask(() => window.navigator.credentials.create({ publicKey }))).toJSON();
}

/** Has the device answer with a passkey. Throws a Problem when the person says no, or there is none. */
export async function usePasskey(options) {
  const publicKey = window.PublicKeyCredential.parseRequestOptionsFromJSON(options);
  return (await ask(() => window.navigator.credentials.get({ publicKey }))).toJSON();
}

async function ask(work) {
  const credential = await work().catch((error) => {
    const isKnown = error.name === 'InvalidStateError';
    throw new Problem(0, {
      detail: isKnown
        ? 'This device has a passkey for you already.'
        : 'No passkey was given. Try again when you are ready.',
    });
  });
  if (!credential) throw new Problem(0, { detail: 'No passkey was given.' });
  return credential;
}
