import { post } from './api.js';
import { element } from './dom.js';
import { field, form } from './form.js';
import { count } from './format.js';
import { uploadAll } from './upload.js';

/**
 * The buttons above a folder, for the folder and for the selected items. The server decides what is allowed; its
 * refusals are shown as they are.
 */
export function filesActions(page, person, folder) {
  const may = (permission) => person.permissions.includes(permission);
  const selected = new Set();
  const status = element('p', { class: 'muted', role: 'status' });
  const selectionActions = element('div', { class: 'actions', hidden: true });
  const picker = element('input', { type: 'file', multiple: true, hidden: true });
  picker.addEventListener('change', () => void upload([...picker.files]));

  const button = (text, act) => element('button', { type: 'button', class: 'button', click: act }, text);

  async function upload(files) {
    await run(() => uploadAll(files, folder, (text) => (status.textContent = text), page.signal));
  }

  /** Runs the action and shows the folder afterwards, or the reason of the failure. */
  async function run(work) {
    try {
      const failure = await work();
      if (failure) throw new Error(failure);
      page.reload();
    } catch (error) {
      if (!page.signal.aborted) status.textContent = error.message;
    }
  }

  const each = (route, body) => run(async () => firstFailure(await post(`/api/storage/${route}`, body)));

  function select(path, isSelected) {
    if (isSelected) selected.add(path);
    else selected.delete(path);
    const paths = [...selected];
    selectionActions.hidden = paths.length === 0;
    selectionActions.replaceChildren(
      ...[
        element('span', { class: 'muted' }, `${count(paths.length, 'item')} selected`),
        may('storage.write') && paths.length === 1 && button('Rename', () => askName(paths[0])),
        may('storage.write') && button('Move', () => askFolder('Move', 'move', paths)),
        may('storage.write') && button('Copy', () => askFolder('Copy', 'copy', paths)),
        may('storage.delete') && button('Move to trash', () => void each('trash', { paths })),
        may('storage.download') &&
          element('a', { class: 'button', href: archiveAddress(paths), download: true }, 'Download as zip'),
      ].filter(Boolean),
    );
  }

  function askName(path) {
    const old = path.slice(path.lastIndexOf('/') + 1);
    const name = field('New name', { name: 'name', value: old, required: true, autocomplete: 'off' });
    ask(`Rename “${old}”`, { name }, 'Rename', (values) => post('/api/storage/rename', { path, ...values }));
  }

  function askFolder(text, route, paths) {
    const hint = 'Path in the storage, such as media/films. Leave it empty for the top folder.';
    const to = field('Folder', { name: 'to', value: folder, hint, autocomplete: 'off' });
    ask(`${text} ${count(paths.length, 'item')} to`, { to }, text, async (values) => {
      const failure = firstFailure(await post(`/api/storage/${route}`, { paths, ...values }));
      if (failure) throw new Error(failure);
    });
  }

  function askNewFolder() {
    const name = field('Name', { name: 'name', required: true, autocomplete: 'off' });
    ask('New folder', { name }, 'Create', (values) =>
      post('/api/storage/mkdir', { path: folder === '' ? values.name : `${folder}/${values.name}` }),
    );
  }

  function ask(title, fields, text, send) {
    const box = element('dialog', { 'aria-label': title, class: 'card' });
    const sent = async (values) => {
      await send(values);
      box.close();
      page.reload();
    };
    const cancel = button('Cancel', () => box.close());
    box.append(element('h2', {}, title), form({ fields, button: text, send: sent }), cancel);
    box.addEventListener('close', () => box.remove());
    document.body.append(box);
    box.showModal();
  }

  const node = element(
    'div',
    { class: 'tools' },
    element(
      'div',
      { class: 'actions' },
      may('storage.write') && button('New folder', askNewFolder),
      may('storage.write') && button('Upload', () => picker.click()),
      element('a', { class: 'button', href: '/storage/trash' }, 'Trash'),
      picker,
    ),
    selectionActions,
    status,
  );
  return { node, select };
}

const archiveAddress = (paths) =>
  `/api/storage/archive?${new window.URLSearchParams([...paths.map((path) => ['path', path]), ['format', 'zip']])}`;

/** The reason of the first failed item, with the number of failures. */
function firstFailure({ items }) {
  const failed = items.filter(({ outcome }) => outcome === 'failed');
  return failed.length === 0 ? undefined : `${failed[0].detail} (${failed.length} of ${items.length} not done)`;
}
