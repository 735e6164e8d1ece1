/**
 * @simplewebauthn/server, read in at first use: with its parsers of certificates it takes more time and memory than
 * most other parts together, and many households have no passkey.
 */
export const loadWebAuthn = (): Promise<typeof import('@simplewebauthn/server')> => import('@simplewebauthn/server');
