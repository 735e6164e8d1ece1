/** Stored in the browser too, so that the colours do not change while a page loads. */
const KEY = 'theme';

/** The media query of dark.css, by theme. */
const DARK_WHEN = { system: '(prefers-color-scheme: dark)', light: 'not all', dark: 'all' };

/** Shows the page in the colours of `theme`: system, light or dark. Anything else counts as system. */
export function applyTheme(theme) {
  document.querySelector('#dark').media = DARK_WHEN[theme] ?? DARK_WHEN.system;
  try {
    window.localStorage.setItem(KEY, theme);
  } catch {
    // Without storage, the colours of the device are shown first.
  }
}

/** The theme of the last user of this browser. */
export function applyLastTheme() {
  try {
    applyTheme(window.localStorage.getItem(KEY) ?? 'system');
  } catch {
    // see above
  }
}
