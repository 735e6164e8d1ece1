/** Remembered by the browser too, so that the colours do not change while a page loads. */
const KEY = 'theme';

/** By preference of the person, when the colours of dark.css count. */
const DARK_WHEN = { system: '(prefers-color-scheme: dark)', light: 'not all', dark: 'all' };

/** Shows the page in the colours of `theme`: system, light or dark. What is none of them counts as system. */
export function applyTheme(theme) {
  document.querySelector('#dark').media = DARK_WHEN[theme] ?? DARK_WHEN.system;
  try {
    window.localStorage.setItem(KEY, theme);
  } catch {
    // A browser that keeps nothing shows the colours of the device first.
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
