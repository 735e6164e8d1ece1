import { address, get, post, remove } from './api.js';
import { element } from './dom.js';
import { actionButton, field, form } from './form.js';
import { ago, time } from './format.js';

/** Links with which one person each creates an account. A link is shown only when it is created. */
export async function invites(page) {
  const open = (await get('/api/users/invites', page.signal)).filter(
    ({ is_used, expires_at }) => !is_used && (expires_at === null || new Date(expires_at) > new Date()),
  );
  const made = element('div', {});
  const expires_in_days = field('Days until it expires', {
    name: 'invite-days',
    type: 'number',
    min: '0',
    max: '365',
    value: '7',
    required: true,
    hint: '0 for never.',
  });
  async function send(values) {
    const { code } = await post('/api/users/invites', { expires_in_days: Number(values.expires_in_days) });
    made.replaceChildren(linkOnce(location.origin + address('/auth/register', { invite: code }), page));
  }
  return element(
    'section',
    { class: 'card' },
    element('h2', {}, 'Invites'),
    element('p', { class: 'muted' }, 'A link with which one person creates an account, without waiting for approval.'),
    element(
      'ul',
      { class: 'rows' },
      open.map(({ id, code, created_by_username, created_at, expires_at }) =>
        element(
          'li',
          {},
          element('span', {}, code),
          element(
            'span',
            { class: 'muted' },
            `created by ${created_by_username} ${ago(created_at)}, ` +
              (expires_at === null ? 'never expires' : `until ${time(expires_at)}`),
          ),
          actionButton(
            'Revoke',
            async () => {
              await remove(`/api/users/invites/${id}`);
              page.reload();
            },
            `Revoke: ${code}`,
          ),
        ),
      ),
    ),
    made,
    form({ fields: { expires_in_days }, button: 'Create an invite', send }),
  );
}

function linkOnce(link, page) {
  const news = element('span', { class: 'muted', role: 'status' });
  const copy = async () => {
    await window.navigator.clipboard.writeText(link);
    news.textContent = 'Copied.';
  };
  return element(
    'div',
    { class: 'shown-once' },
    element('p', {}, 'Send this link to one person. It is not shown again:'),
    element('p', {}, element('code', {}, link)),
    element(
      'div',
      { class: 'actions' },
      window.navigator.clipboard && actionButton('Copy', copy),
      element('button', { class: 'primary', click: () => page.reload() }, 'Done'),
      news,
    ),
  );
}
