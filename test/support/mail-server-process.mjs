/**
 * A mail server of its own: `node mail-server-process.mjs '<options>'`. Prints its port, then each mail it took as a line
 * of JSON.
 */
import { SMTPServer } from 'smtp-server';

const { tls, key, cert, user, password, refuse, silent } = JSON.parse(process.argv[2]);

const refusal = (code) =>
  Object.assign(new Error('refused, said with the address kubarr@home.example'), { responseCode: code });

const server = new SMTPServer({
  secure: tls === 'implicit',
  ...(key && { key, cert }),
  disabledCommands: [...(tls === 'starttls' ? [] : ['STARTTLS']), ...(user ? [] : ['AUTH'])],
  authOptional: !user,
  allowInsecureAuth: true,
  onConnect(_session, done) {
    if (!silent) done();
  },
  onAuth(auth, _session, done) {
    if (auth.username === user && auth.password === password) done(null, { user });
    else done(new Error('wrong'));
  },
  onRcptTo(_address, _session, done) {
    done(refuse ? refusal(refuse) : null);
  },
  onData(stream, session, done) {
    let text = '';
    stream.on('data', (chunk) => (text += chunk));
    stream.on('end', () => {
      const { mailFrom, rcptTo } = session.envelope;
      const mail = { from: mailFrom.address, to: rcptTo.map(({ address }) => address), isSecure: session.secure, text };
      process.stdout.write(`${JSON.stringify(mail)}\n`, () => done());
    });
  },
});
server.on('error', () => undefined);
server.listen(0, '127.0.0.1', () => process.stdout.write(`${server.server.address().port}\n`));
