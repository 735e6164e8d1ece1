import { patch, remove } from './api.js';
import { element } from './dom.js';
import { actionButton, checkboxes, field, form, passwordField } from './form.js';

/** Actions on the account of another person. The server refuses what exceeds your own permissions. */
export function personActions(member, { page, may, roles }) {
  const path = `/api/users/${member.id}`;
  const after = (work) => async (values) => {
    await work(values);
    page.reload();
  };
  const parts = [
    may('users.manage') && roles.length > 0 && part('Roles', rolesForm(member, roles, path, after)),
    may('users.reset_password') && part('New password', newPasswordForm(member, path, after)),
    may('users.reset_password') &&
      part(
        'Lost second factor',
        element('p', { class: 'muted' }, 'Removes authenticator app, passkeys and recovery codes.'),
        actionButton(
          'Remove the second factors',
          after(() => remove(`${path}/2fa`)),
        ),
      ),
    may('users.manage') &&
      part(
        'Signing in',
        actionButton(
          'Sign out everywhere',
          after(() => remove(`${path}/sessions`)),
        ),
        actionButton(
          member.is_active ? 'Deactivate' : 'Activate',
          after(() => patch(path, { is_active: !member.is_active })),
        ),
      ),
    may('users.manage') && part('Remove', removalForm(member, path, after)),
  ].filter(Boolean);
  return parts.length > 0 && element('details', {}, element('summary', {}, `Manage ${member.username}`), parts);
}

const part = (title, ...content) => element('section', { class: 'part' }, element('h3', {}, title), content);

function rolesForm(member, roles, path, after) {
  const held = new Set(member.roles.map(({ id }) => id));
  const role_ids = checkboxes('Roles', {
    name: `roles-${member.id}`,
    options: roles.map(({ id, name, description }) => ({
      value: id,
      text: description ? `${name}: ${description}` : name,
      isChecked: held.has(id),
    })),
  });
  return form({ fields: { role_ids }, button: 'Save the roles', send: after((values) => patch(path, values)) });
}

function newPasswordForm(member, path, after) {
  const new_password = passwordField('New password', {
    name: `password-${member.id}`,
    autocomplete: 'new-password',
    minlength: '8',
    maxlength: '128',
    hint: 'Signs the person out everywhere. Ask them to change it.',
  });
  const send = after((values) => patch(`${path}/password`, values));
  return form({ fields: { new_password }, button: 'Set the password', send });
}

function removalForm({ id, username }, path, after) {
  const name = field(`Type “${username}” to remove the account permanently`, {
    name: `remove-${id}`,
    autocomplete: 'off',
    autocapitalize: 'none',
    required: true,
  });
  const send = after(async (values) => {
    if (values.name !== username) throw new Error('The name differs. Nothing was removed.');
    await remove(path);
  });
  return form({ fields: { name }, button: `Remove ${username}`, send });
}
