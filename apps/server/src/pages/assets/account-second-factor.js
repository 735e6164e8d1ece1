import { get, post } from './api.js';
import { element } from './dom.js';
import { actionButton, field, form, passwordField } from './form.js';
import { count, time } from './format.js';

/** Sets the authenticator app up, or switches it off. */
export function authenticatorApp({ page, status }) {
  const body = element('div', {});
  body.replaceChildren(...(status.enabled ? switchedOn() : switchedOff()));

  function switchedOn() {
    const password = passwordField('Your password', { name: 'disable-password', autocomplete: 'current-password' });
    async function send(values) {
      await post('/api/users/me/2fa/disable', values);
      page.reload();
    }
    return [
      element('p', {}, `On since ${time(status.verified_at)}. Signing in requires its code.`),
      element(
        'details',
        {},
        element('summary', {}, 'Switch off'),
        form({ fields: { password }, button: 'Switch off', send }),
      ),
    ];
  }

  function switchedOff() {
    return [
      element('p', { class: 'muted' }, 'An app on your phone shows a code that changes twice a minute.'),
      actionButton('Set up', async () => body.replaceChildren(...enrolment(await post('/api/users/me/2fa/setup')))),
    ];
  }

  function enrolment({ secret, provisioning_uri, qr_code }) {
    const code = field('Code that the app shows now', {
      name: 'enable-code',
      autocomplete: 'one-time-code',
      inputmode: 'numeric',
      pattern: '[0-9]{6}',
      maxlength: '6',
      required: true,
    });
    async function send(values) {
      const { recovery_codes } = await post('/api/users/me/2fa/enable', values);
      page.personChanged();
      body.replaceChildren(element('p', {}, 'The authenticator app is on.'), codeList(recovery_codes, page));
    }
    return [
      element('p', {}, 'Scan this with the app, or ', element('a', { href: provisioning_uri }, 'open it here'), ':'),
      element('img', {
        class: 'qr-code',
        alt: 'QR code for the authenticator app',
        width: '200',
        height: '200',
        src: `data:image/svg+xml,${encodeURIComponent(qr_code)}`,
      }),
      element('p', {}, 'Or type this secret: ', element('code', {}, secret.replace(/.{4}/g, '$& ').trim())),
      form({ fields: { code }, button: 'Switch on', send }),
    ];
  }

  return element('section', { class: 'card' }, element('h2', {}, 'Authenticator app'), body);
}

/** Recovery codes; hidden while the account has no second factor. */
export async function recoveryCodes({ page, status }) {
  if (!status.enabled && status.passkeys === 0) return false;
  const { remaining } = await get('/api/users/me/2fa/recovery-codes', page.signal);
  const body = element('div', {});
  const password = passwordField('Your password', { name: 'codes-password', autocomplete: 'current-password' });
  async function send(values) {
    const { recovery_codes } = await post('/api/users/me/2fa/recovery-codes', values);
    body.replaceChildren(codeList(recovery_codes, page));
  }
  body.append(
    element('p', { class: remaining < 3 ? 'note bad' : '' }, `${count(remaining, 'code')} left.`),
    element(
      'details',
      {},
      element('summary', {}, 'Create new codes'),
      form({ fields: { password }, button: 'Create new codes', send }),
    ),
  );
  return element(
    'section',
    { class: 'card' },
    element('h2', {}, 'Recovery codes'),
    element('p', { class: 'muted' }, 'Each signs you in once without your phone. Keep them on paper.'),
    body,
  );
}

/** Codes that are shown only once. */
export function codeList(codes, page) {
  return element(
    'div',
    { class: 'shown-once' },
    element(
      'p',
      {},
      'Recovery codes: each replaces your second factor once. Write them down now, they are not shown again.',
    ),
    element(
      'ul',
      {},
      codes.map((code) => element('li', {}, element('code', {}, code))),
    ),
    element('button', { class: 'primary', click: () => page.reload() }, 'I have written them down'),
  );
}
