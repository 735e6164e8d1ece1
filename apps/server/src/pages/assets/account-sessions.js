import { get, remove } from './api.js';
import { element } from './dom.js';
import { actionButton } from './form.js';
import { ago, browserName } from './format.js';

/** Where the account is signed in, so that a lost phone can be signed out. */
export async function sessions({ page }) {
  const list = await get('/auth/sessions', page.signal);
  return element(
    'section',
    { class: 'card' },
    element('h2', {}, 'Signed-in browsers'),
    element(
      'ul',
      { class: 'rows' },
      list.map((session) =>
        element(
          'li',
          {},
          element('span', { title: session.user_agent ?? undefined }, browserName(session.user_agent)),
          element(
            'span',
            { class: 'muted' },
            [
              session.ip_address && `from ${session.ip_address}`,
              `signed in ${ago(session.created_at)}`,
              session.is_current ? 'this browser' : `used ${ago(session.last_accessed_at)}`,
            ]
              .filter(Boolean)
              .join(', '),
          ),
          !session.is_current &&
            actionButton(
              'Sign out',
              async () => {
                await remove(`/auth/sessions/${session.id}`);
                page.reload();
              },
              `Sign out: ${browserName(session.user_agent)}`,
            ),
        ),
      ),
    ),
  );
}
