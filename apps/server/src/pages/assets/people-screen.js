import { get, post } from './api.js';
import { element } from './dom.js';
import { actionButton } from './form.js';
import { ago } from './format.js';
import { invites } from './people-invites.js';
import { personActions } from './person-actions.js';

/** Who has an account here, who waits for one, and how to invite more. */
export async function peopleScreen(page, person) {
  const may = (permission) => person.permissions.includes(permission);
  const [people, roles, invitesPart] = await Promise.all([
    get('/api/users?limit=1000', page.signal),
    may('roles.view') ? get('/api/roles', page.signal) : [],
    may('users.manage') && invites(page),
  ]);
  const tools = { page, may, roles };
  const waiting = people.filter((each) => !each.is_approved);
  const members = people.filter((each) => each.is_approved);
  return {
    title: 'People',
    content: element(
      'div',
      { class: 'account' },
      element('h1', {}, 'People'),
      waiting.length > 0 &&
        card(
          'Waiting for approval',
          waiting.map((each) => waitingRow(each, tools)),
        ),
      card(
        'Accounts',
        members.map((each) => memberRow(each, each.id === person.id, tools)),
      ),
      invitesPart,
    ),
  };
}

const card = (title, rows) =>
  element('section', { class: 'card' }, element('h2', {}, title), element('ul', { class: 'rows' }, rows));

function waitingRow({ id, username, email, created_at }, { page, may }) {
  const answer = (route, text) =>
    actionButton(
      text,
      async () => {
        await post(`/api/users/${id}/${route}`);
        page.reload();
      },
      `${text}: ${username}`,
    );
  return element(
    'li',
    {},
    element('span', {}, username),
    element('span', { class: 'muted' }, `${email}, registered ${ago(created_at)}`),
    may('users.manage') &&
      element('div', { class: 'actions' }, answer('approve', 'Approve'), answer('reject', 'Reject')),
  );
}

function memberRow(member, isSelf, tools) {
  const { username, email, roles, is_active } = member;
  const names = roles.map(({ name }) => name).join(', ') || 'no role';
  return element(
    'li',
    {},
    element('span', {}, isSelf ? `${username} (you)` : username),
    element('span', { class: 'muted' }, [email, names, !is_active && 'deactivated'].filter(Boolean).join(', ')),
    !isSelf && personActions(member, tools),
  );
}
