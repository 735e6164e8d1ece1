import { ownAddress, post } from './api.js';
import { element } from './dom.js';
import { field, form, passwordField } from './form.js';

/** The server says so in this very text when a password is right, but a code is needed as well. */
const CODE_REQUIRED = 'Two-factor authentication code required';
const SECOND_FACTOR_REQUIRED = 'Two-factor authentication setup required';

/** @param accounts Who is signed in with this browser already. */
export function signInScreen(page, accounts) {
  const { searchParams } = page.url;
  const current = accounts.find((account) => account.is_active);
  const username = field('User name or e-mail', {
    name: 'username',
    autocomplete: 'username',
    autocapitalize: 'none',
    spellcheck: 'false',
    required: true,
    value: searchParams.get('username') ?? '',
  });
  const password = passwordField('Password', { name: 'password', autocomplete: 'current-password' });
  const code = field('Code of your second factor', {
    name: 'totp_code',
    autocomplete: 'one-time-code',
    inputmode: 'numeric',
    maxlength: '16',
    hint: 'Six digits from your authenticator app, or a recovery code.',
  });
  code.node.hidden = true;

  async function send({ totp_code, ...credentials }) {
    try {
      await post('/auth/login', totp_code ? { ...credentials, totp_code } : credentials);
    } catch (error) {
      if (error.message.includes(CODE_REQUIRED) && code.node.hidden) {
        code.node.hidden = false;
        code.input.required = true;
        code.input.focus();
        return;
      }
      if (error.message.includes(SECOND_FACTOR_REQUIRED)) {
        error.message += '. Your role asks for it; set it up in the full web client, or ask an administrator.';
      }
      throw error;
    }
    page.personChanged();
    page.replace(ownAddress(searchParams.get('next'), location.origin));
  }

  return {
    title: 'Sign in',
    focus: username.input.value ? password.input : username.input,
    content: element(
      'section',
      { class: 'card narrow' },
      element('h1', {}, 'Sign in'),
      searchParams.has('finished') &&
        element('p', { class: 'notice' }, 'The set-up is finished. Sign in with the account you have just made.'),
      form({ fields: { username, password, totp_code: code }, button: 'Sign in', send }),
      current &&
        element('p', { class: 'muted aside' }, element('a', { href: '/' }, `Go on as ${current.username} instead`)),
    ),
  };
}
