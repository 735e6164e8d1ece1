import { get, post } from './api.js';
import { appearance } from './account-appearance.js';
import { linkedAccounts } from './account-links.js';
import { passkeys } from './account-passkeys.js';
import { passwordChange } from './account-password.js';
import { authenticatorApp, recoveryCodes } from './account-second-factor.js';
import { sessions } from './account-sessions.js';
import { apiTokens } from './account-tokens.js';
import { element } from './dom.js';
import { form, passwordField } from './form.js';

/** Sign-in methods and preferences. Until a required second factor is set up, only second factors are shown. */
export async function accountScreen(page, person) {
  const status = await get('/api/users/me/2fa/status', page.signal);
  const { searchParams } = page.url;
  const secondFactors = [authenticatorApp, recoveryCodes, passkeys];
  const parts = status.must_enrol
    ? secondFactors
    : [passwordChange, ...secondFactors, linkedAccounts, sessions, apiTokens, appearance];
  const confirmation = element('div', {});
  const tools = { page, person, status, confirmed: (work) => confirmed(confirmation, work) };
  const sections = await Promise.all(parts.map((part) => part(tools)));
  return {
    title: 'Account',
    content: element(
      'div',
      { class: 'account' },
      element('h1', {}, `Account of ${person.username}`),
      status.must_enrol &&
        element(
          'p',
          { class: 'notice' },
          'One of your roles requires a second factor. Set up an authenticator app or a passkey to use everything else.',
        ),
      searchParams.has('success') && element('p', { class: 'notice' }, searchParams.get('success').slice(0, 300)),
      searchParams.has('error') &&
        element(
          'p',
          { class: 'notice bad', role: 'alert' },
          `That did not work: “${searchParams.get('error').slice(0, 300)}”`,
        ),
      confirmation,
      sections,
    ),
  };
}

/** Runs a sensitive action. When the server requires a confirmation, asks for the password and repeats the action. */
async function confirmed(place, work) {
  try {
    return await work();
  } catch (error) {
    if (error.code !== 'auth.confirmation-required') throw error;
    await askForPassword(place);
    return work();
  }
}

function askForPassword(place) {
  return new Promise((resolve) => {
    const password = passwordField('Your password', { name: 'confirm-password', autocomplete: 'current-password' });
    async function send(values) {
      await post('/auth/confirm', values);
      place.replaceChildren();
      resolve();
    }
    place.replaceChildren(
      element(
        'section',
        { class: 'card' },
        element('h2', {}, 'Confirm that it is you'),
        element('p', { class: 'muted' }, 'You last did so more than ten minutes ago.'),
        form({ fields: { password }, button: 'Continue', send }),
      ),
    );
    password.input.focus();
    place.scrollIntoView({ block: 'center' });
  });
}
