/**
 * @simplewebauthn/server, imported at first use: its certificate parsers take more time and memory than most other
 * parts together, and many households have no passkey.
 */
export const loadWebAuthn = (): Promise<typeof import('@simplewebauthn/server')> => import('@simplewebauthn/server');
