import { patch } from './api.js';
import { element } from './dom.js';
import { choice, form } from './form.js';
import { applyTheme } from './theme.js';

/** The colours of the pages, stored with the account. */
export function appearance({ page, person }) {
  const theme = choice('Colours', {
    name: 'theme',
    value: person.preferences.theme,
    options: { system: 'Same as the device', light: 'Light', dark: 'Dark' },
  });
  async function send(values) {
    const preferences = await patch('/api/users/me/preferences', values);
    applyTheme(preferences.theme);
    page.personChanged();
    page.reload();
  }
  return element(
    'section',
    { class: 'card' },
    element('h2', {}, 'Appearance'),
    form({ fields: { theme }, button: 'Save', send }),
  );
}
