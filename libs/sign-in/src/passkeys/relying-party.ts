import { isIP } from 'node:net';
import { PasskeysNeedSecureAddress } from './passkeys.errors.js';

/** The WebAuthn relying party: passkeys work for this host name and its origin only. */
export interface RelyingParty {
  /** Host name. */
  readonly id: string;
  readonly origin: string;
}

/**
 * The relying party of a Kubarr that browsers reach under `origin`.
 *
 * @throws PasskeysNeedSecureAddress under http (other than localhost) or an IP address: browsers refuse both.
 */
export function relyingPartyOf(origin: string): RelyingParty {
  const { protocol, hostname } = new URL(origin);
  const isLocal = hostname === 'localhost' || hostname.endsWith('.localhost');
  const isAddress = isIP(hostname.replace(/^\[|\]$/g, '')) !== 0;
  if (isAddress || (protocol !== 'https:' && !isLocal)) throw new PasskeysNeedSecureAddress(origin);
  return { id: hostname, origin };
}
