import { address, get, post } from './api.js';
import { element, icon } from './dom.js';
import { ago, count, size } from './format.js';

const PER_PAGE = '200';

/** Deleted entries, which can be restored. */
export async function trashScreen(page, person) {
  const wanted = page.url.searchParams.get('page') ?? '';
  const trash = await get(address('/api/storage/trash', { page: wanted, per_page: PER_PAGE }), page.signal);
  const may = (permission) => person.permissions.includes(permission);
  const news = element('p', { class: 'muted', role: 'status' });

  async function act(route, ids) {
    try {
      const { items } = await post(`/api/storage/trash/${route}`, { ids });
      const failed = items.find(({ outcome }) => outcome === 'failed');
      if (failed) news.textContent = failed.detail;
      else page.reload();
    } catch (error) {
      news.textContent = error.message;
    }
  }

  const button = (text, label, click) =>
    element('button', { type: 'button', class: 'button', 'aria-label': label, click }, text);

  const row = ({ id, name, path, kind, size: bytes, deleted_at: deletedAt }) =>
    element(
      'tr',
      {},
      element(
        'th',
        { scope: 'row' },
        element(
          'span',
          { class: 'entry' },
          icon(kind === 'directory' ? 'folder' : 'file'),
          element('span', { title: path }, name),
        ),
      ),
      element('td', { class: 'number' }, kind === 'file' ? size(bytes) : ''),
      element('td', { class: 'changed' }, ago(deletedAt, Date.now())),
      element(
        'td',
        {},
        element(
          'div',
          { class: 'actions' },
          may('storage.write') && button('Restore', `Restore ${name}`, () => void act('restore', [id])),
          may('storage.delete') && button('Remove', `Remove ${name} permanently`, () => void act('remove', [id])),
        ),
      ),
    );

  const { items, total_items: total, page: number, per_page: perPage } = trash;
  const last = Math.max(1, Math.ceil(total / perPage));
  const step = (to, text) =>
    to >= 1 &&
    to <= last &&
    element('a', { class: 'button', href: address('/storage/trash', { page: String(to) }) }, text);
  return {
    title: 'Trash',
    content: element(
      'section',
      { class: 'card files' },
      element('h1', {}, 'Trash'),
      element('p', { class: 'muted count' }, count(total, 'item')),
      element('nav', { class: 'breadcrumb', 'aria-label': 'Back' }, element('a', { href: '/' }, 'Files')),
      element('div', { class: 'tools' }, news),
      items.length > 0
        ? element('table', {}, element('tbody', {}, items.map(row)))
        : element(
            'div',
            { class: 'state' },
            icon('empty'),
            element('p', {}, 'The trash is empty.'),
            element('p', { class: 'muted' }, 'What you delete is kept here for a while, and can be restored.'),
          ),
      last > 1 &&
        element(
          'nav',
          { class: 'pager', 'aria-label': 'Pages of the trash' },
          step(number - 1, 'Previous'),
          step(number + 1, 'Next'),
        ),
    ),
  };
}
