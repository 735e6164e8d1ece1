import { get, remove } from './api.js';
import { element } from './dom.js';
import { actionButton } from './form.js';

/** Accounts at sign-in providers. Hidden when there is neither a provider nor a link. */
export async function linkedAccounts({ page, confirmed }) {
  const [linked, available] = await Promise.all([
    get('/api/oauth/accounts', page.signal),
    get('/api/oauth/available', page.signal),
  ]);
  if (linked.length === 0 && available.length === 0) return false;
  const names = new Map(available.map(({ id, name }) => [id, name]));
  const free = available.filter(({ id }) => !linked.some((link) => link.provider === id));
  return element(
    'section',
    { class: 'card' },
    element('h2', {}, 'Linked accounts'),
    element(
      'ul',
      { class: 'rows' },
      linked.map((link) =>
        element(
          'li',
          {},
          element('span', {}, names.get(link.provider) ?? link.provider),
          element('span', { class: 'muted' }, link.email ?? link.display_name ?? ''),
          actionButton(
            'Unlink',
            async () => {
              await confirmed(() => remove(`/api/oauth/accounts/${link.provider}`));
              page.reload();
            },
            `Unlink: ${names.get(link.provider) ?? link.provider}`,
          ),
        ),
      ),
      free.map(({ id, name }) =>
        element(
          'li',
          {},
          element('span', {}, name),
          element('span', { class: 'muted' }, 'not linked'),
          element('a', { class: 'button', href: `/api/oauth/link/${id}` }, `Link ${name}`),
        ),
      ),
    ),
  );
}
