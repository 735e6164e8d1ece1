import { address, get, post } from './api.js';
import { element } from './dom.js';
import { field, form, passwordField } from './form.js';

/** The page that an invite link opens. A page of its own, because a built web client may not have one. */
const invite = new URL(location.href).searchParams.get('invite') ?? '';

const main = document.querySelector('main');

function show(title, ...content) {
  main.replaceChildren(element('section', { class: 'card narrow' }, element('h1', {}, title), ...content));
  main.setAttribute('aria-busy', 'false');
  document.title = `${title} · Kubarr`;
  document.querySelector('#announcer').textContent = title;
}

const signIn = (text) => element('a', { class: 'button primary', href: '/login' }, text);

function showForm({ requires_approval }) {
  const fields = {
    username: field('User name', {
      name: 'username',
      autocomplete: 'username',
      autocapitalize: 'none',
      spellcheck: 'false',
      minlength: '3',
      maxlength: '64',
      required: true,
    }),
    email: field('E-mail address', {
      name: 'email',
      type: 'email',
      autocomplete: 'email',
      maxlength: '254',
      required: true,
    }),
    password: passwordField('Password', {
      name: 'password',
      autocomplete: 'new-password',
      minlength: '8',
      maxlength: '128',
      hint: 'At least 8 characters; a sentence is easier to remember than a word.',
    }),
  };
  async function send(values) {
    const { username, is_approved } = await post('/auth/register', invite ? { ...values, invite } : values);
    if (is_approved) {
      show(
        `Welcome, ${username}`,
        element('p', {}, 'Your account was created. You can sign in now.'),
        element('div', { class: 'actions' }, signIn('Sign in')),
      );
    } else {
      show(
        'Almost there',
        element(
          'p',
          {},
          'Your account was created and waits for an administrator. Once it is approved, you can sign in.',
        ),
      );
    }
    main.focus();
  }
  show(
    'Create an account',
    requires_approval &&
      element('p', { class: 'notice' }, 'An administrator must approve a new account before it can be used.'),
    form({ fields, button: 'Create account', send }),
    element(
      'p',
      { class: 'muted aside' },
      'Have an account already? ',
      element('a', { href: '/login' }, 'Sign in instead'),
    ),
  );
  fields.username.input.focus();
}

async function start() {
  try {
    const state = await get(address('/auth/registration', { invite }));
    if (state.is_open) showForm(state);
    else
      show(
        'Registration is not possible',
        element('p', {}, state.reason),
        element('div', { class: 'actions' }, signIn('Go to sign-in')),
      );
  } catch (problem) {
    show(
      'Not available right now',
      element('p', {}, problem.message),
      element(
        'div',
        { class: 'actions' },
        element('button', { class: 'primary', click: () => void start() }, 'Try again'),
      ),
    );
  }
}

void start();
