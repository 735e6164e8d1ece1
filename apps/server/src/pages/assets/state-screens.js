import { element, icon } from './dom.js';

/** Shown while the database is away; the page continues by itself. */
export function waitingScreen(title, text) {
  return {
    title,
    content: element(
      'section',
      { class: 'card narrow state' },
      element('div', { class: 'spinner', 'aria-hidden': 'true' }),
      element('h1', {}, title),
      element('p', {}, text),
      element('p', { class: 'muted' }, 'This page continues by itself.'),
    ),
  };
}

/** Something failed: the text of the server, and what to do. */
export function troubleScreen(problem, page) {
  const title =
    { 403: 'Not allowed', 404: 'Not found', 429: 'Too many attempts', 503: 'Not available right now' }[
      problem.status
    ] ?? 'Something went wrong';
  return {
    title,
    content: element(
      'section',
      { class: 'card narrow state' },
      icon('warning'),
      element('h1', {}, title),
      element('p', {}, problem.message),
      element(
        'div',
        { class: 'actions' },
        element('button', { class: 'primary', click: () => page.reload() }, 'Try again'),
        page.url.pathname !== '/' && element('a', { class: 'button', href: '/' }, 'Go to the files'),
      ),
    ),
  };
}

/** For paths of pages that only the full web client has. */
export function missingScreen() {
  const title = 'There is no such page here';
  return {
    title,
    content: element(
      'section',
      { class: 'card narrow state' },
      icon('empty'),
      element('h1', {}, title),
      element('p', {}, 'These built-in pages show files and little else. The full web client has more.'),
      element('div', { class: 'actions' }, element('a', { class: 'button primary', href: '/' }, 'Go to the files')),
    ),
  };
}
