import { get, post, put, remove } from './api.js';
import { element, icon } from './dom.js';
import { actionButton, field, form } from './form.js';
import { ago, time } from './format.js';

/** Most notifications shown, newest first. */
const SHOWN = 50;

/** Name of each channel, label and example of its destination. */
const CHANNELS = {
  email: ['E-mail', 'E-mail address', 'ann@home.example'],
  telegram: ['Telegram', 'Chat number', '-1001234567890'],
  messagebird: ['SMS', 'Telephone number', '+31612345678'],
  webhook: ['Webhook', 'Address', 'https://'],
  ntfy: ['ntfy', 'Topic', 'home'],
};

/** The inbox, and the other channels of its owner. */
export async function notificationsScreen(page) {
  const inbox = await get(`/api/notifications/inbox?limit=${SHOWN}`, page.signal);
  const preferences = await get('/api/notifications/preferences', page.signal);
  const usable = preferences.filter(({ available, destination: place }) => available || place);
  return {
    title: 'Notifications',
    content: element(
      'div',
      { class: 'account' },
      element('h1', {}, 'Notifications'),
      inboxSection(page, inbox),
      element(
        'section',
        { class: 'card' },
        element('h2', {}, 'Where you are notified'),
        element(
          'p',
          { class: 'muted' },
          usable.length === 0
            ? 'Everything is in the inbox above. Once an administrator has set a channel up, you can also be notified by mail, chat, SMS, webhook or push.'
            : 'Everything is in the inbox above. Messages also go to these destinations, once you have verified them.',
        ),
        element(
          'ul',
          { class: 'entries' },
          usable.map((preference) => destination(page, preference)),
        ),
      ),
    ),
  };
}

function inboxSection(page, { notifications, unread }) {
  const actions = actionsOn(page);
  return element(
    'section',
    { class: 'card' },
    element('h2', {}, unread > 0 ? `Inbox, ${unread} unread` : 'Inbox'),
    unread > 0 && actions(['Mark all as read', () => post('/api/notifications/inbox/read-all')]),
    notifications.length === 0
      ? element('p', { class: 'muted' }, 'Nothing yet. When something happens that you should know, it appears here.')
      : element(
          'ul',
          { class: 'entries' },
          notifications.map(({ id, title, message, severity, events, read, created_at }) =>
            element(
              'li',
              { class: `${severity}${read ? '' : ' unread'}` },
              element(
                'div',
                {},
                element(
                  'p',
                  {},
                  severity !== 'info' && icon('warning'),
                  !read && element('span', { class: 'unseen' }, 'Unread: '),
                  element('strong', {}, events > 1 ? `${title} (${events} times)` : title),
                  ' ',
                  element('time', { class: 'muted', datetime: created_at, title: time(created_at) }, ago(created_at)),
                ),
                element('p', { class: 'muted' }, message),
              ),
              actions(!read && ['Read', () => post(`/api/notifications/inbox/${id}/read`), `Mark as read: ${title}`], [
                'Delete',
                () => remove(`/api/notifications/inbox/${id}`),
                `Delete: ${title}`,
              ]),
            ),
          ),
        ),
  );
}

function destination(page, { channel_type, destination: place, enabled, verified, available }) {
  const [name, label, placeholder] = CHANNELS[channel_type] ?? [channel_type, 'Destination', ''];
  const path = `/api/notifications/preferences/${channel_type}`;
  const wanted = field(label, { name: `${channel_type}-destination`, placeholder, required: true, maxlength: '500' });
  const code = field('Code', {
    name: `${channel_type}-code`,
    inputmode: 'numeric',
    autocomplete: 'one-time-code',
    required: true,
    maxlength: '16',
    hint: 'Six digits, sent to the destination. They are valid for 15 minutes.',
  });
  const then = (work) => async (values) => {
    await work(values);
    page.reload();
  };
  const isOff = !available && ', which is switched off for everyone';
  const state = !place
    ? 'not used'
    : !verified
      ? `${place}, not verified yet`
      : enabled
        ? place
        : `${place}, switched off`;
  return element(
    'li',
    {},
    element('div', {}, element('strong', {}, name), element('span', { class: 'muted' }, ` ${state}`, isOff)),
    place && !verified
      ? form({ fields: { code }, button: 'Verify', send: then((values) => post(`${path}/verify`, values)) })
      : '',
    place
      ? actionsOn(page)(
          !verified && ['Send a new code', () => post(`${path}/code`), `Send a new code: ${name}`],
          verified && [
            enabled ? 'Switch off' : 'Switch on',
            () => put(path, { enabled: !enabled }),
            `${enabled ? 'Switch off' : 'Switch on'}: ${name}`,
          ],
          ['Remove', () => put(path, { destination: '' }), `Remove: ${name}`],
        )
      : '',
    element(
      'details',
      {},
      element('summary', {}, place ? 'Change' : 'Set up'),
      form({
        fields: { destination: wanted },
        button: 'Save and send a code',
        send: then((values) => put(path, { ...values, enabled: true })),
      }),
    ),
  );
}

/** Buttons side by side: text, action, and a label for screen readers. Each reloads the page after its action. */
const actionsOn =
  (page) =>
  (...wanted) =>
    element(
      'div',
      { class: 'actions' },
      wanted.filter(Boolean).map(([text, work, label]) =>
        actionButton(
          text,
          async () => {
            await work();
            page.reload();
          },
          label,
        ),
      ),
    );
