import { emailRefusal, passwordRefusal, usernameRefusal } from './account-rules.js';

const account = { username: 'lotte', email: 'lotte.home@mail.example' };

describe('account rules', () => {
  it('refuse an @ in a user name, because sign-in takes a name or an e-mail', () => {
    expect(usernameRefusal('lotte@home')).toMatch(/@/);
    expect(usernameRefusal('lotte')).toBeUndefined();
    expect(usernameRefusal('Žluťoučký kůň')).toBeUndefined();
  });

  it('refuse names that look like others: blanks at the ends and invisible characters', () => {
    for (const name of [' lotte', 'lotte ', 'lo\u200btte', 'lo\ntte', 'lo\u202ette'])
      expect(usernameRefusal(name)).toBeDefined();
  });

  it('refuse what is no e-mail address', () => {
    for (const email of ['lotte', 'lotte@', '@home.example', 'a b@home.example'])
      expect(emailRefusal(email)).toBeDefined();
    expect(emailRefusal('lotte@home.example')).toBeUndefined();
  });

  it('refuse the own name and e-mail and the commonest passwords, in any case', () => {
    for (const password of ['LOTTE', 'Lotte.Home@mail.example', 'lotte.home', 'Password123']) {
      expect(passwordRefusal(password, account)).toBeDefined();
    }
    expect(passwordRefusal('adminadmin', { username: 'admin', email: 'admin@home.example' })).toBeUndefined();
  });
});
