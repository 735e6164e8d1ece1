import { emailRefusal, passwordRefusal, usernameRefusal } from './account-rules.js';

const account = { username: 'lotte', email: 'lotte.home@mail.example' };

describe('account rules', () => {
  it('refuse an @ in a user name, because sign-in takes a name or an e-mail', () => {
    expect(usernameRefusal('lotte@home')).toMatch(/@/);
    expect(usernameRefusal('lotte')).toBeUndefined();
    expect(usernameRefusal('Žluťoučký kůň')).toBeUndefined();
  });

  it('refuse names that look like others: spaces at the ends, invisible characters and other ways to write a letter', () => {
    for (const name of [
      ' lotte',
      'lotte ',
      'lo  tte',
      'lo\u200btte',
      'lo\ntte',
      'lo\u202ette',
      'lotte\u3164',
      'lo\u034ftte',
    ])
      expect(usernameRefusal(name)).toMatch(/space/);
    for (const name of ['\uff4cotte', 'Zoe\u0308', 'lot\u00a0te', '\ud835\udd29otte'])
      expect(usernameRefusal(name)).toMatch(/plain/);
    for (const name of ['\u2800\u2800\u2800', 'lotte\ud800']) expect(usernameRefusal(name)).toBeDefined();
    for (const name of ['Zoë', '김민준님', 'محمد', '🦊🦊🦊']) expect(usernameRefusal(name)).toBeUndefined();
  });

  it('count the characters that are left without the spaces around', () => {
    for (const name of ['', 'ab', '🦊🦊']) expect(usernameRefusal(name)).toMatch(/3 to 64/);
  });

  it('refuse what is not an e-mail address', () => {
    for (const email of ['lotte', 'lotte@', '@home.example', 'a b@home.example', 'lo\u3164tte@home.example'])
      expect(emailRefusal(email)).toBeDefined();
    expect(emailRefusal('lotte@home.example')).toBeUndefined();
  });

  it('refuse the user name, the e-mail address and the commonest passwords, in any case', () => {
    for (const password of ['LOTTE', 'Lotte.Home@mail.example', 'lotte.home', 'Password123']) {
      expect(passwordRefusal(password, account)).toBeDefined();
    }
    expect(passwordRefusal('adminadmin', { username: 'admin', email: 'admin@home.example' })).toBeUndefined();
  });
});
