import { patch } from './api.js';
import { element } from './dom.js';
import { form, passwordField } from './form.js';

/** People who sign in only by a provider have no password to change: the server refuses. */
export function passwordChange() {
  const body = element('div', {});
  const current_password = passwordField('Current password', {
    name: 'current-password',
    autocomplete: 'current-password',
  });
  const new_password = passwordField('New password', {
    name: 'new-password',
    autocomplete: 'new-password',
    minlength: '8',
    maxlength: '128',
    hint: 'Eight characters or more. All your other browsers are signed out.',
  });
  async function send(values) {
    await patch('/api/users/me/password', values);
    body.replaceChildren(element('p', { class: 'notice' }, 'Your password was changed.'));
  }
  body.append(
    element(
      'details',
      {},
      element('summary', {}, 'Change password'),
      form({ fields: { current_password, new_password }, button: 'Change password', send }),
    ),
  );
  return element('section', { class: 'card' }, element('h2', {}, 'Password'), body);
}
