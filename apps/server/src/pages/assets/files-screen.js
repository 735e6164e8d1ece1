import { address, get } from './api.js';
import { element, icon } from './dom.js';
import { filesActions } from './files-actions.js';
import { count, size, time } from './format.js';

const KINDS = [
  ['film', /\.(mkv|mp4|m4v|avi|mov|webm|ts|wmv)$/i],
  ['music', /\.(mp3|flac|m4a|ogg|opus|wav|aac|wma)$/i],
  ['image', /\.(jpe?g|png|gif|webp|avif|heic|svg|bmp)$/i],
];

/** Items on a page: enough for most folders, and quick to draw on a phone. */
const PER_PAGE = '200';

/** One page of one folder. */
export async function filesScreen(page, person) {
  const wanted = page.url.searchParams;
  const query = { path: wanted.get('path') ?? '', page: wanted.get('page') ?? '', per_page: PER_PAGE };
  const listing = await get(address('/api/storage/browse', query), page.signal);
  const names = listing.path === '' ? [] : listing.path.split('/');
  const actions = filesActions(page, person, listing.path);
  const mayDownload = person.permissions.includes('storage.download');
  return {
    title: names.at(-1) ?? 'Files',
    content: element(
      'section',
      { class: 'card files' },
      element('h1', {}, names.at(-1) ?? 'Files'),
      element('p', { class: 'muted count' }, count(listing.total_items, 'item')),
      breadcrumb(names),
      actions.node,
      listing.items.length > 0 ? table(listing, mayDownload, actions.select) : nothing(listing),
      pager(listing),
    ),
  };
}

const folderAddress = (path, page = '') => address(path === '' && page === '' ? '/' : '/storage', { path, page });

function breadcrumb(names) {
  if (names.length === 0) return undefined;
  const steps = ['Files', ...names].map((name, depth) => [name, names.slice(0, depth).join('/')]);
  return element(
    'nav',
    { 'aria-label': 'Folders above', class: 'breadcrumb' },
    element(
      'ol',
      {},
      steps.map(([name, path], depth) =>
        element(
          'li',
          {},
          depth === names.length
            ? element('span', { 'aria-current': 'page' }, name)
            : element('a', { href: folderAddress(path) }, name),
        ),
      ),
    ),
  );
}

function table({ items }, mayDownload, select) {
  return element(
    'table',
    {},
    element(
      'thead',
      {},
      element(
        'tr',
        {},
        element('th', { scope: 'col' }, element('span', { class: 'unseen' }, 'Select')),
        element('th', { scope: 'col' }, 'Name'),
        element('th', { scope: 'col', class: 'number' }, 'Size'),
        element('th', { scope: 'col' }, 'Changed'),
        element('th', { scope: 'col' }, element('span', { class: 'unseen' }, 'Download')),
      ),
    ),
    element(
      'tbody',
      {},
      items.map((item) => row(item, mayDownload, select)),
    ),
  );
}

function row({ name, path, kind, size: bytes, modified }, mayDownload, select) {
  const isFolder = kind === 'directory';
  const isFile = kind === 'file';
  const tick = element('input', { type: 'checkbox', 'aria-label': `Select ${name}` });
  tick.addEventListener('change', () => select(path, tick.checked));
  const drawing = isFolder ? 'folder' : (KINDS.find(([, pattern]) => pattern.test(name))?.[0] ?? 'file');
  return element(
    'tr',
    {},
    element('td', { class: 'tick' }, tick),
    element(
      'th',
      { scope: 'row' },
      element(
        isFolder ? 'a' : 'span',
        { class: `entry ${drawing}`, href: isFolder && folderAddress(path) },
        icon(drawing),
        element('span', {}, name),
      ),
    ),
    element('td', { class: 'number' }, isFile ? size(bytes) : isFolder ? '' : kind),
    element('td', { class: 'changed' }, element('time', { datetime: modified }, time(modified))),
    element(
      'td',
      { class: 'act' },
      isFile &&
        mayDownload &&
        element(
          'a',
          {
            class: 'icon-button',
            href: address('/api/storage/download', { path }),
            download: true,
            title: 'Download',
            'aria-label': `Download ${name}`,
          },
          icon('download'),
        ),
    ),
  );
}

function nothing({ path, total_items }) {
  const [text, advice] =
    total_items > 0
      ? ['There is nothing on this page.', 'The folder has fewer entries now.']
      : path === ''
        ? ['There are no files yet.', 'Upload some, or copy them into the storage folder on the server.']
        : ['This folder is empty.', 'Upload something, or copy files into it on the server.'];
  return element(
    'div',
    { class: 'state' },
    icon('empty'),
    element('p', {}, text),
    element('p', { class: 'muted' }, advice),
  );
}

function pager({ path, page, per_page, total_items }) {
  const last = Math.max(page, Math.ceil(total_items / per_page));
  if (last === 1) return undefined;
  const step = (to, text, rel) =>
    to >= 1 && to <= last
      ? element('a', { class: 'button', href: folderAddress(path, String(to)), rel }, text)
      : element('span', { class: 'button', 'aria-disabled': 'true' }, text);
  return element(
    'nav',
    { class: 'pager', 'aria-label': 'Pages of this folder' },
    step(page - 1, 'Previous', 'prev'),
    element('span', { class: 'muted' }, `Page ${page.toLocaleString()} of ${last.toLocaleString()}`),
    step(page + 1, 'Next', 'next'),
  );
}
