import { address, get, post } from './api.js';
import { element, icon, pause } from './dom.js';
import { field, form, passwordField } from './form.js';

const STEPS = ['This server', 'Administrator', 'Sign in'];

/** How long to wait after a key press before a path is checked, and between two checks of the components; milliseconds. */
const TYPING_MS = 400;
const POLL_MS = 2_000;

/** The next step of the first run. */
export async function setupScreen(page) {
  const isWrongToken = page.url.searchParams.has('token');
  history.replaceState(null, '', '/setup'); // no history, bookmark or screenshot keeps the token
  let status;
  try {
    status = await get('/api/setup/status', page.signal);
  } catch (error) {
    if (error.code !== 'setup.token-missing') throw error;
    return keyScreen(error.message, isWrongToken);
  }
  while (!status.bootstrap_complete) {
    page.paint(await componentsScreen(page));
    await pause(POLL_MS, page.signal);
    status = await get('/api/setup/status', page.signal);
  }
  return status.server_configured && page.url.hash !== '#server' ? administratorScreen(page) : serverScreen(page);
}

/** The one-time token is in the log of Kubarr. */
function keyScreen(text, isWrongToken) {
  const token = field('Or paste the token here', {
    name: 'token',
    autocomplete: 'off',
    autocapitalize: 'none',
    spellcheck: 'false',
    required: true,
    hint: 'The part of the address after “token=”.',
  });
  if (isWrongToken) token.say('That is not the token of this server. Copy it again from the log.');
  return {
    title: 'Set up Kubarr',
    content: element(
      'section',
      { class: 'card narrow' },
      element('p', { class: 'emblem' }, icon('key')),
      element('h1', {}, 'Set up Kubarr'),
      element('p', {}, text),
      element(
        'p',
        { class: 'muted' },
        'The token is in the terminal in which Kubarr was started; in a cluster, in the log of its pod: ',
        element('code', {}, 'kubectl logs deploy/kubarr'),
      ),
      element(
        'form',
        { action: '/setup', method: 'get' },
        token.node,
        element('div', { class: 'actions' }, element('button', { class: 'primary' }, 'Continue')),
      ),
    ),
  };
}

async function componentsScreen(page) {
  const { components } = await get('/api/setup/bootstrap/status', page.signal);
  const statusTexts = { healthy: 'Ready', failed: 'Failed', installing: 'In progress', pending: 'Waiting' };
  return wizard(
    0,
    'Kubarr is getting ready',
    element('p', {}, 'These parts must be in place first. This page continues by itself.'),
    element(
      'ul',
      { class: 'components' },
      components.map(({ display_name, status, message, error }) =>
        element(
          'li',
          {},
          element('strong', {}, display_name),
          element('span', { class: `tag ${status}` }, statusTexts[status] ?? status),
          element('span', { class: 'muted' }, error ?? message ?? ''),
        ),
      ),
    ),
  );
}

async function serverScreen(page) {
  const saved = await get('/api/setup/server', page.signal);
  const folders = await browse('/', page.signal);
  const name = field('Name of this server', {
    name: 'name',
    required: true,
    maxlength: '100',
    value: saved?.name ?? 'Kubarr',
    hint: 'The name that your household knows.',
  });
  const suggestions = element('datalist', { id: 'folders' });
  const path = field('Folder for files', {
    name: 'storage_path',
    required: true,
    maxlength: '4096',
    autocapitalize: 'none',
    autocomplete: 'off',
    spellcheck: 'false',
    list: 'folders',
    value: saved?.storage_path ?? (folders.length === 1 ? folders[0].path : ''),
    hint: 'Absolute path on the server, such as /data.',
  });

  let latest = 0;
  async function check() {
    const mine = (latest += 1);
    await pause(TYPING_MS, page.signal);
    const typed = path.input.value;
    if (mine !== latest || typed === '') return;
    suggest(await browse(typed.slice(0, typed.lastIndexOf('/') + 1) || '/', page.signal));
    const verdict = await post(address('/api/setup/validate-path', { path: typed }));
    if (mine === latest) path.say(verdict.message, verdict.valid ? 'good' : 'bad');
  }

  function suggest(found) {
    suggestions.replaceChildren(...found.map((folder) => element('option', { value: folder.path })));
  }

  path.input.addEventListener('input', () => void check().catch(() => undefined)); // the form shows errors when it is sent
  suggest(folders);
  if (path.input.value) void check().catch(() => undefined);

  const screen = wizard(
    0,
    'This server',
    element('p', {}, 'Welcome. Two short steps, and Kubarr is yours.'),
    form({
      fields: { name, storage_path: path },
      extra: [suggestions],
      button: 'Continue',
      send: async (values) => {
        await post('/api/setup/server', values);
        page.go('/setup');
      },
    }),
  );
  return { ...screen, focus: name.input };
}

/** Folders to suggest; none when the path cannot be listed. */
async function browse(path, signal) {
  const answer = await get(address('/api/setup/browse', { path }), signal).catch(() => undefined);
  return answer?.directories ?? [];
}

async function administratorScreen(page) {
  const username = field('User name', {
    name: 'admin_username',
    autocomplete: 'username',
    autocapitalize: 'none',
    spellcheck: 'false',
    required: true,
    minlength: '3',
    maxlength: '64',
    value: 'admin',
  });
  const email = field('E-mail address', {
    name: 'admin_email',
    type: 'email',
    autocomplete: 'email',
    required: true,
    hint: 'You can also sign in with it.',
  });
  const password = passwordField('Password', {
    name: 'admin_password',
    autocomplete: 'new-password',
    minlength: '8',
    maxlength: '128',
    hint: 'At least 8 characters. A few words make a good one.',
  });
  const again = passwordField('Repeat the password', { name: 'again', autocomplete: 'new-password' });

  async function send({ again: repeated, ...account }) {
    if (repeated !== account.admin_password) {
      again.say('The two passwords differ. Type the same one twice.');
      again.input.focus();
      return;
    }
    await post('/api/setup/initialize', account);
    page.setupFinished();
    page.replace(address('/login', { username: account.admin_username, finished: '1' }));
  }

  const screen = wizard(
    1,
    'Administrator',
    element('p', {}, 'The first account. It can do everything, so give it a password that you use nowhere else.'),
    form({
      fields: { admin_username: username, admin_email: email, admin_password: password, again },
      button: 'Finish the setup',
      send,
    }),
    element('p', { class: 'muted aside' }, element('a', { href: '/setup#server' }, 'Back to name and folder')),
  );
  return { ...screen, focus: email.input };
}

function wizard(step, title, ...content) {
  return {
    title,
    content: element(
      'section',
      { class: 'card narrow' },
      element(
        'ol',
        { class: 'steps', 'aria-label': 'Steps of the setup' },
        STEPS.map((name, position) =>
          element(
            'li',
            { class: position < step ? 'done' : '', 'aria-current': position === step && 'step' },
            element('span', {}, name),
          ),
        ),
      ),
      element('h1', {}, title),
      ...content,
    ),
  };
}
