import { ownAddress, post } from './api.js';
import { element } from './dom.js';
import { actionButton, field, form, passwordField } from './form.js';
import { canUsePasskeys, usePasskey } from './passkey.js';

/** The password is right, and a second factor is needed. */
const SECOND_FACTOR_CODES = ['auth.second-factor-required', 'auth.passkey-required'];

/**
 * @param accounts Accounts that are signed in with this browser.
 * @param providers Enabled sign-in providers.
 */
export function signInScreen(page, accounts, providers) {
  const { searchParams } = page.url;
  if (searchParams.has('second_factor')) return secondFactorScreen(page);
  const current = accounts.find((account) => account.is_active);
  const username = field('User name or e-mail', {
    name: 'username',
    autocomplete: 'username webauthn',
    autocapitalize: 'none',
    spellcheck: 'false',
    required: true,
    value: searchParams.get('username') ?? '',
  });
  const password = passwordField('Password', { name: 'password', autocomplete: 'current-password' });
  const code = codeField();
  code.node.hidden = true;
  const withPasskey =
    canUsePasskeys() && actionButton('Use a passkey instead', () => finishWithPasskey(page, values()));
  if (withPasskey) withPasskey.hidden = true;

  const values = () => ({ username: username.input.value, password: password.input.value });

  async function send({ totp_code, ...credentials }) {
    try {
      await post('/auth/login', totp_code ? { ...credentials, totp_code } : credentials);
    } catch (error) {
      if (!SECOND_FACTOR_CODES.includes(error.code) || !code.node.hidden) throw error;
      code.node.hidden = false;
      code.input.required = true;
      code.input.focus();
      if (withPasskey) withPasskey.hidden = false;
      return;
    }
    signedIn(page);
  }

  return {
    title: 'Sign in',
    focus: username.input.value ? password.input : username.input,
    content: element(
      'section',
      { class: 'card narrow' },
      element('h1', {}, 'Sign in'),
      searchParams.has('finished') &&
        element('p', { class: 'notice' }, 'The setup is finished. Sign in with the account you have just made.'),
      refusal(searchParams),
      form({ fields: { username, password, totp_code: code }, button: 'Sign in', send }),
      withPasskey,
      element(
        'div',
        { class: 'other-ways' },
        canUsePasskeys() && actionButton('Sign in with a passkey', () => finishWithPasskey(page, {})),
        providers.map(({ id, name }) =>
          element('a', { class: 'button', href: `/api/oauth/${id}/login` }, `Sign in with ${name}`),
        ),
      ),
      current &&
        element('p', { class: 'muted aside' }, element('a', { href: '/' }, `Continue as ${current.username} instead`)),
    ),
  };
}

/** After a provider, which was the first factor. */
function secondFactorScreen(page) {
  const code = codeField();
  code.input.required = true;
  async function send(values) {
    await post('/auth/2fa/verify', values);
    signedIn(page);
  }
  return {
    title: 'Second factor',
    focus: code.input,
    content: element(
      'section',
      { class: 'card narrow' },
      element('h1', {}, 'One more step'),
      element('p', { class: 'muted' }, 'Your account requires a second factor.'),
      form({ fields: { code }, button: 'Sign in', send }),
      canUsePasskeys() &&
        element(
          'div',
          { class: 'other-ways' },
          actionButton('Use a passkey', () => finishWithPasskey(page, {})),
        ),
      element('p', { class: 'muted aside' }, element('a', { href: '/login' }, 'Start again')),
    ),
  };
}

const codeField = () =>
  field('Code of your second factor', {
    name: 'totp_code',
    autocomplete: 'one-time-code',
    autocapitalize: 'characters',
    spellcheck: 'false',
    maxlength: '16',
    hint: 'Six digits from your authenticator app, or a recovery code.',
  });

/** @param credentials Name and password when the passkey is the second factor; empty when it is the only one. */
async function finishWithPasskey(page, credentials) {
  const { options } = await post('/auth/passkeys/options', credentials);
  await post('/auth/passkeys/sign-in', { credential: await usePasskey(options) });
  signedIn(page);
}

function signedIn(page) {
  page.personChanged();
  page.replace(ownAddress(page.url.searchParams.get('next'), location.origin));
}

/** Outcome of the flow at a provider. The text comes from the address, which anyone can forge: it is only quoted. */
function refusal(searchParams) {
  const text = searchParams.get('error');
  return (
    text !== null &&
    element('p', { class: 'notice bad', role: 'alert' }, `Signing in did not work: “${text.slice(0, 300)}”`)
  );
}
