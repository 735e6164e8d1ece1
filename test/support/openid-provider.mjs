// A real OpenID Connect provider (npm oidc-provider) in a process of its own. Prints its issuer; ends with its parent.
//
// Anybody can sign in there, with any password. Who they are follows from the name: `lotte` has the verified address
// lotte@mail.example, `unverified-lotte` one that was not verified, `nameless-lotte` none.
//
// usage: node openid-provider.mjs REDIRECT_URI [claims-in-id-token]
import { createServer } from 'node:http';
import Provider from 'oidc-provider';

const [redirectUri, mode] = process.argv.slice(2);

function claimsOf(sub) {
  if (sub.startsWith('nameless-')) return { sub };
  const email_verified = !sub.startsWith('unverified-');
  const name = sub.replace(/^unverified-/, '');
  return {
    sub,
    email: `${name}@mail.example`,
    email_verified,
    name: `${name} (at the provider)`,
    preferred_username: name,
  };
}

const server = createServer((request, response) => handle(request, response));
let handle;
server.listen(0, '127.0.0.1', () => {
  const issuer = `http://127.0.0.1:${server.address().port}`;
  const provider = new Provider(issuer, {
    clients: [
      {
        client_id: 'kubarr',
        client_secret: 'a secret of the provider',
        redirect_uris: [redirectUri],
        token_endpoint_auth_method: mode === 'claims-in-id-token' ? 'client_secret_post' : 'client_secret_basic',
      },
    ],
    ...(mode === 'claims-in-id-token' && { clientAuthMethods: ['client_secret_post'] }),
    claims: { openid: ['sub'], email: ['email', 'email_verified'], profile: ['name', 'preferred_username'] },
    conformIdTokenClaims: mode !== 'claims-in-id-token',
    pkce: { required: () => true },
    findAccount: (_, sub) => ({ accountId: sub, claims: () => claimsOf(sub) }),
    cookies: { keys: ['only for tests'] },
  });
  handle = provider.callback();
  console.log(`listening ${issuer}`);
});
process.on('disconnect', () => process.exit(0));
