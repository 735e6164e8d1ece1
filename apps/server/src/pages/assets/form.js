import { element, icon } from './dom.js';

/** A labelled input with a line for a hint, or for the reason why the value was refused. */
export function field(label, { hint, ...attributes }) {
  const id = `field-${attributes.name}`;
  const input = element('input', { id, 'aria-describedby': `${id}-note`, ...attributes });
  const note = element('p', { class: 'note', id: `${id}-note` }, hint ?? '');
  input.addEventListener('input', () => say());

  /** `kind`: bad, good or nothing. Without a text the hint returns. */
  function say(text, kind = 'bad') {
    const isBad = text !== undefined && kind === 'bad';
    input.setAttribute('aria-invalid', String(isBad));
    note.className = text === undefined ? 'note' : `note ${kind}`;
    note.replaceChildren(...(text === undefined ? [hint ?? ''] : [icon(isBad ? 'warning' : 'check'), text]));
  }

  return { node: element('div', { class: 'field' }, element('label', { for: id }, label), input, note), input, say };
}

/** A select. @param options The text of each value. */
export function choice(label, { value, options, ...attributes }) {
  const made = field(label, attributes);
  const select = element(
    'select',
    { id: made.input.id, 'aria-describedby': made.input.getAttribute('aria-describedby') },
    Object.entries(options).map(([key, text]) => element('option', { value: key, selected: key === value }, text)),
  );
  made.input.replaceWith(select);
  return { ...made, input: select };
}

/** Checkboxes; their value is the list of checked values. @param options `{ value, text, isChecked }` each. */
export function checkboxes(label, { name, options }) {
  const boxes = options.map(({ isChecked, ...option }) => ({
    ...option,
    input: element('input', { type: 'checkbox', name, checked: isChecked }),
  }));
  const note = element('p', { class: 'note bad', role: 'alert' });
  const group = element(
    'fieldset',
    {},
    element('legend', {}, label),
    boxes.map(({ text, input }) => element('label', {}, input, ' ', text)),
    note,
  );
  const input = {
    get value() {
      return boxes.filter((box) => box.input.checked).map(({ value }) => value);
    },
    focus: () => boxes[0]?.input.focus(),
  };
  return { node: group, input, say: (text = '') => note.replaceChildren(text) };
}

/** A password field that can show its text. */
export function passwordField(label, attributes) {
  const made = field(label, { type: 'password', required: true, spellcheck: 'false', ...attributes });
  const eye = element('button', { type: 'button', class: 'peek', 'aria-pressed': 'false' }, 'Show');
  eye.setAttribute('aria-label', `Show: ${label}`);
  eye.addEventListener('click', () => {
    const isShown = made.input.type === 'password';
    made.input.type = isShown ? 'text' : 'password';
    eye.setAttribute('aria-pressed', String(isShown));
    eye.textContent = isShown ? 'Hide' : 'Show';
  });
  const wrap = element('div', { class: 'with-button' });
  made.input.replaceWith(wrap);
  wrap.append(made.input, eye);
  return made;
}

/**
 * A form that sends once at a time and shows what was refused: beside the field that the server names, else above the
 * button.
 *
 * @param fields By their names in the request.
 * @param send Gets the values by name; what it throws is shown.
 */
export function form({ fields, button, send, extra = [] }) {
  const trouble = element('div', { class: 'trouble', role: 'alert' });
  const submit = element('button', { class: 'primary' }, button);

  async function submitted(event) {
    event.preventDefault();
    if (submit.getAttribute('aria-disabled') === 'true') return;
    submit.setAttribute('aria-disabled', 'true');
    trouble.replaceChildren();
    for (const each of Object.values(fields)) each.say();
    try {
      await send(Object.fromEntries(Object.entries(fields).map(([name, each]) => [name, each.input.value])));
    } catch (error) {
      show(error);
    } finally {
      submit.setAttribute('aria-disabled', 'false');
    }
  }

  const lastShown = () =>
    Object.values(fields)
      .filter((each) => !each.node.hidden)
      .at(-1)?.input;

  function show(error) {
    const named = (error.issues ?? []).filter((issue) => fields[issue.path]);
    for (const { path, message } of named) fields[path].say(sentence(message));
    if (named.length === 0) trouble.replaceChildren(icon('warning'), element('p', {}, error.message));
    (named.length > 0 ? fields[named[0].path].input : lastShown())?.focus();
  }

  return element(
    'form',
    { submit: submitted },
    Object.values(fields).map((each) => each.node),
    extra,
    element('div', {}, trouble, submit),
  );
}

/** A button that does one thing at a time; shows a refusal beside itself. @param label For screen readers. */
export function actionButton(text, work, label) {
  const trouble = element('div', { class: 'trouble', role: 'alert' });
  const button = element('button', { type: 'button', 'aria-label': label, click: clicked }, text);
  async function clicked() {
    if (button.getAttribute('aria-disabled') === 'true') return;
    button.setAttribute('aria-disabled', 'true');
    trouble.replaceChildren();
    try {
      await work();
    } catch (error) {
      trouble.replaceChildren(icon('warning'), element('p', {}, error.message));
    } finally {
      button.setAttribute('aria-disabled', 'false');
    }
  }
  return element('div', { class: 'action' }, button, trouble);
}

/** The server's reasons follow the name of the field: `must be text` → `Must be text.` */
function sentence(text) {
  const capital = text.charAt(0).toUpperCase() + text.slice(1);
  return /[.!?]$/.test(capital) ? capital : `${capital}.`;
}
