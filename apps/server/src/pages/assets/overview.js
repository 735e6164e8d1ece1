import { address, get } from './api.js';
import { element } from './dom.js';
import { ago, size, time, words } from './format.js';

/** Shown beside the files on each of their pages: kept and refreshed in place, so that nothing jumps. */
const disk = element('section', { class: 'card disk', 'aria-label': 'Disk' });
const activity = element('section', { class: 'card activity', 'aria-labelledby': 'activity-title' });

let shownFor;

/** A part that cannot be loaded is left out. */
export function overview(person, signal) {
  if (shownFor !== person.id) {
    disk.hidden = true;
    activity.hidden = true;
    shownFor = person.id;
  }
  void fill(disk, '/api/storage/stats', diskUsage, signal);
  void fill(activity, address('/api/audit', { user_id: person.id, per_page: '10' }), recentActivity, signal);
  return element('aside', { class: 'overview' }, disk, activity);
}

async function fill(part, path, draw, signal) {
  const answer = await get(path, signal).catch(() => undefined);
  if (signal.aborted) return;
  part.hidden = answer === undefined;
  if (answer) part.replaceChildren(...draw(answer));
}

function diskUsage({ total_bytes, used_bytes, free_bytes, usage_percent }) {
  const fill = element('span', { class: usage_percent >= 90 ? 'fill nearly-full' : 'fill' });
  fill.style.width = `${Math.min(100, usage_percent)}%`;
  return [
    element('h2', {}, 'Disk'),
    element('p', { class: 'figure' }, size(free_bytes), element('span', { class: 'muted' }, ' free')),
    element('div', { class: 'gauge', 'aria-hidden': 'true' }, fill),
    element(
      'p',
      { class: 'muted' },
      `${size(used_bytes)} of ${size(total_bytes)} used, ${Math.round(usage_percent)} %`,
    ),
  ];
}

function recentActivity({ logs }) {
  return [
    element('h2', { id: 'activity-title' }, 'Your recent activity'),
    logs.length === 0
      ? element('p', { class: 'muted' }, 'Nothing yet.')
      : element(
          'ol',
          {},
          logs.map((entry) =>
            element(
              'li',
              { class: entry.success ? '' : 'failed' },
              element('span', {}, words(entry.action)),
              element('time', { datetime: entry.timestamp, title: time(entry.timestamp) }, ago(entry.timestamp)),
              entry.ip_address && element('span', { class: 'muted' }, `from ${entry.ip_address}`),
            ),
          ),
        ),
  ];
}
