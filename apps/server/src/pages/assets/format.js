const UNITS = ['B', 'kB', 'MB', 'GB', 'TB', 'PB'];

/** Powers of 1000 as disks are sold: `1834` → `1.8 kB`. */
export function size(bytes) {
  const power = bytes < 1000 ? 0 : Math.min(UNITS.length - 1, Math.floor(Math.log10(bytes) / 3));
  const value = bytes / 1000 ** power;
  const digits = power === 0 || value >= 100 ? 0 : 1;
  return `${value.toLocaleString(undefined, { maximumFractionDigits: digits })} ${UNITS[power]}`;
}

const DATE = new Intl.DateTimeFormat(undefined, { dateStyle: 'medium', timeStyle: 'short' });

/** In the time zone and locale of the browser. A text that is not a time is returned unchanged. */
export function time(text) {
  const date = new Date(text);
  return Number.isNaN(date.getTime()) ? text : DATE.format(date);
}

const AGO = new Intl.RelativeTimeFormat('en', { numeric: 'auto' });

const STEPS = [
  ['second', 60],
  ['minute', 60],
  ['hour', 24],
  ['day', 7],
];

/** `3 minutes ago`; older than a week, the date. */
export function ago(text, now = Date.now()) {
  let amount = (new Date(text).getTime() - now) / 1000;
  if (Math.abs(amount) < 10) return 'just now';
  for (const [unit, length] of STEPS) {
    if (Math.abs(amount) < length) return AGO.format(Math.round(amount), unit);
    amount /= length;
  }
  return time(text);
}

/** `1 file`, `2 files`. */
export function count(amount, noun) {
  return `${amount.toLocaleString()} ${noun}${amount === 1 ? '' : 's'}`;
}

const BROWSERS = [
  ['Edge', /Edg\//],
  ['Opera', /OPR\//],
  ['Samsung Internet', /SamsungBrowser\//],
  ['Firefox', /(Firefox|FxiOS)\//],
  ['Chrome', /(Chrome|CriOS|Chromium)\//],
  ['Safari', /Safari\//],
];

const SYSTEMS = [
  ['iPhone', /iPhone/],
  ['iPad', /iPad/],
  ['Android', /Android/],
  ['Windows', /Windows/],
  ['Mac', /Macintosh/],
  ['ChromeOS', /CrOS/],
  ['Linux', /Linux/],
];

/** `Firefox on Windows`, from the user agent; other programs by its first word. */
export function browserName(userAgent) {
  if (!userAgent) return 'Unknown program';
  const nameIn = (list) => list.find(([, pattern]) => pattern.test(userAgent))?.[0];
  const browser = nameIn(BROWSERS) ?? userAgent.split(/[\s/]/)[0];
  const system = nameIn(SYSTEMS);
  return system ? `${browser} on ${system}` : browser;
}

/** `login_failed` → `Login failed`. */
export function words(key) {
  const text = key.replaceAll('_', ' ').replace(/^2fa/, 'two-factor');
  return text.charAt(0).toUpperCase() + text.slice(1);
}
