import { patch } from './api.js';
import { element } from './dom.js';
import { form, passwordField } from './form.js';

/** People who only sign in through a provider have no password to change: the server says so. */
export function passwordChange() {
  const body = element('div', {});
  const current_password = passwordField('Password as it is now', {
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
    body.replaceChildren(element('p', { class: 'notice' }, 'Your password is changed.'));
  }
  body.append(
    element(
      'details',
      {},
      element('summary', {}, 'Change it'),
      form({ fields: { current_password, new_password }, button: 'Change the password', send }),
    ),
  );
  return element('section', { class: 'card' }, element('h2', {}, 'Password'), body);
}
