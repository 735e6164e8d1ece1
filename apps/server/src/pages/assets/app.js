import { accountMenu } from './account-menu.js';
import { accountScreen } from './account-screen.js';
import { address, get } from './api.js';
import { element, pause } from './dom.js';
import { filesScreen } from './files-screen.js';
import { notificationsScreen } from './notifications-screen.js';
import { overview } from './overview.js';
import { peopleScreen } from './people-screen.js';
import { setupScreen } from './setup-screen.js';
import { signInScreen } from './sign-in-screen.js';
import { missingScreen, troubleScreen, waitingScreen } from './state-screens.js';
import { applyTheme, applyLastTheme } from './theme.js';
import { trashScreen } from './trash-screen.js';
import { followUnread } from './unread.js';

/** Time between two checks for the database, in milliseconds. */
const ASK_AGAIN_MS = 3_000;

const main = document.querySelector('main');
const account = document.querySelector('#account');
const announcer = document.querySelector('#announcer');

let visit = new window.AbortController();
let isFirstPaint = true;
/** Loaded once, and again after a failure. */
let isSetUp = false;
/** Who is signed in, until that may have changed. */
let person;
let stopFollowing = () => undefined;

/** Shows the page of the current address, unless it was left before it has loaded. */
async function show() {
  visit.abort();
  visit = new window.AbortController();
  const page = pageAt(new URL(location.href), visit.signal);
  main.setAttribute('aria-busy', 'true');
  try {
    const screen = await screenOf(page);
    if (screen) page.paint(screen);
  } catch (problem) {
    if (page.signal.aborted) return;
    if (problem.status === 401) {
      page.personChanged();
      page.replace(address('/login', { next: page.url.pathname === '/' ? '' : page.url.pathname + page.url.search }));
      return;
    }
    if (problem.code === 'auth.second-factor-setup-required' && page.url.pathname !== '/account') {
      page.replace('/account');
      return;
    }
    isSetUp = false;
    page.paint(troubleScreen(problem, page));
  }
}

/** What screens can do with the page around them. */
function pageAt(url, signal) {
  return {
    url,
    signal,
    paint: (screen) => !signal.aborted && paint(screen),
    reload: () => void show(),
    go: (path) => {
      history.pushState(null, '', path);
      window.scrollTo(0, 0);
      void show();
    },
    replace: (path) => {
      history.replaceState(null, '', path);
      void show();
    },
    personChanged: () => {
      person = undefined;
      stopFollowing();
      account.replaceChildren();
    },
    setupFinished: () => {
      isSetUp = true;
    },
    /** Runs an action and shows its error. Returns whether it succeeded. */
    attempt(work) {
      return work().then(
        () => true,
        (problem) => {
          this.paint(troubleScreen(problem, this));
          return false;
        },
      );
    },
  };
}

/** `undefined` after a redirect, which has already shown the new page. */
async function screenOf(page) {
  const { pathname } = page.url;
  isSetUp ||= !(await isSetupRequired(page));
  if (!isSetUp) return pathname === '/setup' ? setupScreen(page) : page.replace('/setup');
  switch (pathname) {
    case '/setup':
      return page.replace('/login');
    case '/login':
      return signInScreen(
        page,
        await get('/auth/accounts', page.signal),
        await get('/api/oauth/available', page.signal).catch(() => []), // signing in works without it
      );
    case '/account':
      return accountScreen(page, await personOf(page));
    case '/account/notifications':
      await personOf(page);
      return notificationsScreen(page);
    case '/settings/people':
      return peopleScreen(page, await personOf(page));
    case '/':
    case '/storage':
      return withOverview(page, filesScreen);
    case '/storage/trash':
      return withOverview(page, trashScreen);
    default:
      return missingScreen();
  }
}

async function personOf(page) {
  if (!person) {
    person = await get('/api/users/me', page.signal);
    const accounts = await get('/auth/accounts', page.signal);
    if (page.signal.aborted) return person;
    applyTheme(person.preferences.theme);
    const menu = accountMenu(page, person, accounts);
    account.replaceChildren(menu.node);
    stopFollowing();
    stopFollowing = followUnread(menu.showUnread);
  }
  return person;
}

async function withOverview(page, screen) {
  await personOf(page);
  const { title, content } = await screen(page, person);
  return { title, content: element('div', { class: 'home' }, content, overview(person, page.signal)) };
}

/** Waits for the database without limit. */
async function isSetupRequired(page) {
  for (let hasWaited = false; ; hasWaited = true) {
    const answer = await get('/api/setup/required', page.signal).catch((problem) => {
      if (problem.status === 0) return { unreachable: problem.message };
      throw problem;
    });
    if (!answer.unreachable && !answer.database_pending) {
      // Only the server can exchange the token in the address, and it needs the database for that.
      if (hasWaited && page.url.searchParams.has('token')) location.reload();
      return answer.setup_required;
    }
    if (!hasWaited) {
      page.paint(
        answer.unreachable
          ? waitingScreen('No connection', answer.unreachable)
          : waitingScreen('Waiting for the database', 'Kubarr runs, but its database does not answer yet.'),
      );
    }
    await pause(ASK_AGAIN_MS, page.signal);
  }
}

function paint({ title, content, focus }) {
  main.replaceChildren(content);
  main.setAttribute('aria-busy', 'false');
  document.title = title === 'Files' ? 'Kubarr' : `${title} · Kubarr`;
  announcer.textContent = title;
  if (focus) focus.focus();
  else if (!isFirstPaint) main.focus({ preventScroll: true });
  isFirstPaint = false;
}

/** Links between our own pages change the page in place. */
document.addEventListener('click', (event) => {
  for (const menu of document.querySelectorAll('details.menu[open]')) {
    if (!menu.contains(event.target) || event.target.closest('a')) menu.open = false;
  }
  const link = event.target.closest('a[href]');
  const isPlain = event.button === 0 && !event.metaKey && !event.ctrlKey && !event.shiftKey && !event.altKey;
  if (!link || !isPlain || event.defaultPrevented || link.hasAttribute('download')) return;
  const { origin, pathname, search, hash } = new URL(link.href);
  if (origin !== location.origin || pathname.startsWith('/api/')) return;
  if (hash && pathname === location.pathname && link.getAttribute('href').startsWith('#')) return;
  event.preventDefault();
  pageAt(new URL(location.href), visit.signal).go(pathname + search + hash);
});

applyLastTheme();

window.addEventListener('popstate', () => void show());

void get('/api/system/version').then(
  ({ version, channel }) => {
    document.querySelector('#version').textContent = `Kubarr ${version} (${channel})`;
  },
  () => undefined, // the footer works without it
);

void show();
