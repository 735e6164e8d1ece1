import { get, post, remove } from './api.js';
import { element } from './dom.js';
import { actionButton, field, form } from './form.js';
import { ago, time } from './format.js';

export async function apiTokens({ page, person, confirmed }) {
  const list = await get('/api/users/me/tokens', page.signal);
  const body = element('div', {});
  const name = field('Name', {
    name: 'token-name',
    required: true,
    maxlength: '64',
    hint: 'For example, the program that uses it.',
  });
  const permissions = field('Permissions', {
    name: 'token-permissions',
    required: true,
    autocapitalize: 'none',
    spellcheck: 'false',
    list: 'own-permissions',
    hint: 'Some of yours, separated by spaces, such as: storage.view storage.download',
  });
  const days = field('Days until it expires', {
    name: 'token-days',
    type: 'number',
    min: '1',
    max: '366',
    value: '90',
    required: true,
  });
  async function send(values) {
    const { token } = await confirmed(() =>
      post('/api/users/me/tokens', {
        name: values.name,
        permissions: [...new Set(values.permissions.split(/[\s,]+/).filter(Boolean))],
        expires_in_days: Number(values.expires_in_days),
      }),
    );
    body.replaceChildren(
      element(
        'div',
        { class: 'shown-once' },
        element('p', {}, 'Your token. Copy it now, it is not shown again:'),
        element('p', {}, element('code', {}, token)),
        element('button', { class: 'primary', click: () => page.reload() }, 'I have copied it'),
      ),
    );
  }
  body.append(
    element(
      'ul',
      { class: 'rows' },
      list.map((token) =>
        element(
          'li',
          {},
          element('span', {}, token.name),
          element(
            'span',
            { class: 'muted' },
            `${token.permissions.join(', ')}; until ${time(token.expires_at)}; ` +
              (token.last_used_at ? `used ${ago(token.last_used_at)}` : 'never used'),
          ),
          actionButton(
            'Revoke',
            async () => {
              await remove(`/api/users/me/tokens/${token.id}`);
              page.reload();
            },
            `Revoke: ${token.name}`,
          ),
        ),
      ),
    ),
    element(
      'details',
      {},
      element('summary', {}, 'Create a token'),
      form({ fields: { name, permissions, expires_in_days: days }, button: 'Create a token', send }),
    ),
    element(
      'datalist',
      { id: 'own-permissions' },
      person.permissions.map((permission) => element('option', { value: permission })),
    ),
  );
  return element(
    'section',
    { class: 'card' },
    element('h2', {}, 'API tokens'),
    element('p', { class: 'muted' }, 'For programs that act for you, with the header Authorization: Bearer.'),
    body,
  );
}
