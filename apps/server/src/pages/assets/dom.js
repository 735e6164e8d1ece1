/**
 * Makes an element. Properties that are functions listen to the event of that name; `undefined` and `false` are left
 * out, `true` sets a bare attribute. Text is only ever set as text, so that no name can become markup.
 */
export function element(name, properties = {}, ...children) {
  const node = document.createElement(name);
  for (const [key, value] of Object.entries(properties)) {
    if (typeof value === 'function') node.addEventListener(key, value);
    else if (value !== undefined && value !== false) node.setAttribute(key, value === true ? '' : value);
  }
  node.append(...children.flat().filter((child) => child !== undefined && child !== false));
  return node;
}

const SVG = 'http://www.w3.org/2000/svg';

/** A drawing from icons.svg, hidden from screen readers: the text beside it must say the same. */
export function icon(name) {
  const drawing = document.createElementNS(SVG, 'svg');
  const use = document.createElementNS(SVG, 'use');
  drawing.setAttribute('class', `icon icon-${name}`);
  drawing.setAttribute('aria-hidden', 'true');
  use.setAttribute('href', `/icons.svg#${name}`);
  drawing.append(use);
  return drawing;
}

/** Rejects when `signal` is aborted, so that nothing runs for a page that was left. */
export function pause(milliseconds, signal) {
  return new Promise((resolve, reject) => {
    setTimeout(() => (signal.aborted ? reject(signal.reason) : resolve()), milliseconds);
  });
}
