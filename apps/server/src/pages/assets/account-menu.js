import { post } from './api.js';
import { element, icon } from './dom.js';

/** The signed-in account, the other accounts of this browser, and signing out. A disclosure, which opens without a script. */
export function accountMenu(page, person, accounts) {
  const badge = element('span', { class: 'badge', hidden: true });
  const inbox = element('a', { href: '/account/notifications' }, 'Notifications');
  const others = accounts.filter((account) => !account.is_active);
  const menu = element(
    'details',
    { class: 'menu' },
    element(
      'summary',
      {},
      element('span', { class: 'avatar', 'aria-hidden': 'true' }, person.username.charAt(0).toUpperCase()),
      element('span', { class: 'unseen' }, 'Account of '),
      element('span', { class: 'menu-name' }, person.username),
      badge,
      icon('chevron'),
    ),
    element(
      'div',
      { class: 'menu-body' },
      element(
        'p',
        { class: 'menu-person' },
        element('strong', {}, person.username),
        element('span', { class: 'muted' }, person.email),
        person.roles.length > 0 &&
          element('span', { class: 'muted' }, person.roles.map((role) => role.name).join(', ')),
      ),
      others.map((account) =>
        element('button', { click: () => leaveFor(`/auth/switch/${account.slot}`) }, `Switch to ${account.username}`),
      ),
      inbox,
      element('a', { href: '/account' }, 'Your account'),
      person.permissions.includes('users.view') && element('a', { href: '/settings/people' }, 'People'),
      element('a', { href: '/login' }, 'Sign in with another account'),
      element('button', { click: () => leaveFor('/auth/logout') }, 'Sign out'),
    ),
  );

  async function leaveFor(path) {
    menu.open = false;
    if (!(await page.attempt(() => post(path)))) return;
    page.personChanged();
    page.go('/');
  }

  menu.addEventListener('keydown', (event) => {
    if (event.key !== 'Escape') return;
    menu.open = false;
    menu.querySelector('summary').focus();
  });
  menu.addEventListener('focusout', (event) => {
    if (event.relatedTarget && !menu.contains(event.relatedTarget)) menu.open = false;
  });
  return {
    node: menu,
    showUnread(count) {
      badge.hidden = count === 0;
      badge.replaceChildren(
        count > 99 ? '99+' : String(count),
        element('span', { class: 'unseen' }, ' unread notifications'),
      );
      inbox.textContent = count > 0 ? `Notifications (${count})` : 'Notifications';
    },
  };
}
