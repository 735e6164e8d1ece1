import { get, post, remove } from './api.js';
import { codeList } from './account-second-factor.js';
import { element } from './dom.js';
import { actionButton, field, form } from './form.js';
import { ago } from './format.js';
import { canUsePasskeys, makePasskey } from './passkey.js';

export async function passkeys({ page, confirmed }) {
  const list = await get('/api/users/me/passkeys', page.signal);
  const body = element('div', {});
  const name = field('Name', {
    name: 'passkey-name',
    required: true,
    maxlength: '64',
    hint: 'For example, the device that stores it.',
  });
  async function send(values) {
    const { options } = await confirmed(() => post('/api/users/me/passkeys/options'));
    const credential = await makePasskey(options);
    const { recovery_codes } = await post('/api/users/me/passkeys', { ...values, credential });
    page.personChanged();
    if (recovery_codes.length === 0) page.reload();
    else body.replaceChildren(codeList(recovery_codes, page));
  }
  body.append(
    element(
      'ul',
      { class: 'rows' },
      list.map((passkey) =>
        element(
          'li',
          {},
          element('span', {}, passkey.name),
          element(
            'span',
            { class: 'muted' },
            passkey.last_used_at ? `used ${ago(passkey.last_used_at)}` : `added ${ago(passkey.created_at)}`,
          ),
          actionButton(
            'Remove',
            async () => {
              await confirmed(() => remove(`/api/users/me/passkeys/${passkey.id}`));
              page.reload();
            },
            `Remove: ${passkey.name}`,
          ),
        ),
      ),
    ),
    canUsePasskeys()
      ? form({ fields: { name }, button: 'Add a passkey', send })
      : element('p', { class: 'muted' }, 'Passkeys need https and a host name, which this address does not have.'),
  );
  return element(
    'section',
    { class: 'card' },
    element('h2', {}, 'Passkeys'),
    element(
      'p',
      { class: 'muted' },
      'Sign in with your fingerprint, face or PIN. Once you have a passkey, your password alone is no longer enough.',
    ),
    body,
  );
}
