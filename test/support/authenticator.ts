import { createHash, generateKeyPairSync, type KeyObject, randomBytes, sign } from 'node:crypto';

/** What a browser would hand over: PublicKeyCredential.toJSON(). */
export interface CredentialJson {
  id: string;
  rawId: string;
  type: 'public-key';
  clientExtensionResults: object;
  response: Record<string, unknown>;
}

/** How an authenticator of a test behaves. */
interface Behaviour {
  /** The authenticator checks who is there (PIN, fingerprint). */
  verifiesUser?: boolean;
  /** The authenticator counts its signatures; many synced passkeys do not. */
  counts?: boolean;
}

interface Key {
  readonly id: Buffer;
  readonly rpId: string;
  readonly userHandle: string;
  readonly privateKey: KeyObject;
  count: number;
}

/** Flags of authenticator data. Source: WebAuthn level 3, section 6.1. */
const USER_PRESENT = 0x01;
const USER_VERIFIED = 0x04;
const HAS_KEY = 0x40;

/**
 * An authenticator and the browser in front of it, made of real keys: what it answers is what a phone would answer, so
 * that nothing of the server has to be replaced in tests.
 */
export class SoftwareAuthenticator {
  readonly keys: Key[] = [];
  private readonly verifiesUser: boolean;
  private readonly counts: boolean;

  constructor(
    private readonly origin: string,
    { verifiesUser = true, counts = true }: Behaviour = {},
  ) {
    this.verifiesUser = verifiesUser;
    this.counts = counts;
  }

  /** navigator.credentials.create(). @param origin Another one than its own: a phishing page. */
  create(options: any, origin = this.origin): CredentialJson {
    const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    const key: Key = {
      id: randomBytes(32),
      rpId: options.rp.id,
      userHandle: options.user.id,
      privateKey,
      count: this.counts ? 1 : 0,
    };
    this.keys.push(key);
    const { x, y } = publicKey.export({ format: 'jwk' }) as { x: string; y: string };
    // COSE: key type EC2, algorithm ES256, curve P-256.
    const coseKey = cborMap([
      [1, 2],
      [3, -7],
      [-1, 1],
      [-2, Buffer.from(x, 'base64url')],
      [-3, Buffer.from(y, 'base64url')],
    ]);
    const credentialData = Buffer.concat([Buffer.alloc(16), uint16(key.id.length), key.id, coseKey]);
    const authData = Buffer.concat([this.authenticatorData(key, HAS_KEY), credentialData]);
    const attestationObject = cborMap([
      ['fmt', 'none'],
      ['attStmt', cborMap([])],
      ['authData', authData],
    ]);
    return credential(key.id, {
      clientDataJSON: clientData('webauthn.create', options.challenge, origin),
      attestationObject: attestationObject.toString('base64url'),
      transports: ['internal', 'hybrid'],
    });
  }

  /** navigator.credentials.get(), with the key that was made last. */
  get(options: any, { origin = this.origin }: { origin?: string } = {}): CredentialJson {
    const key = this.keys.at(-1);
    if (!key) throw new Error('The authenticator has no key');
    if (this.counts) key.count++;
    const authData = this.authenticatorData(key, 0);
    const clientDataJSON = clientData('webauthn.get', options.challenge, origin);
    const clientDataHash = createHash('sha256').update(Buffer.from(clientDataJSON, 'base64url')).digest();
    return credential(key.id, {
      clientDataJSON,
      authenticatorData: authData.toString('base64url'),
      signature: sign('sha256', Buffer.concat([authData, clientDataHash]), key.privateKey).toString('base64url'),
      userHandle: key.userHandle,
    });
  }

  private authenticatorData({ rpId, count }: Key, more: number): Buffer {
    const flags = USER_PRESENT | (this.verifiesUser ? USER_VERIFIED : 0) | more;
    const counter = Buffer.alloc(4);
    counter.writeUInt32BE(count);
    return Buffer.concat([createHash('sha256').update(rpId).digest(), Buffer.from([flags]), counter]);
  }
}

function credential(id: Buffer, response: Record<string, unknown>): CredentialJson {
  const text = id.toString('base64url');
  return { id: text, rawId: text, type: 'public-key', clientExtensionResults: {}, response };
}

const clientData = (type: string, challenge: string, origin: string): string =>
  Buffer.from(JSON.stringify({ type, challenge, origin, crossOrigin: false })).toString('base64url');

function uint16(number: number): Buffer {
  const bytes = Buffer.alloc(2);
  bytes.writeUInt16BE(number);
  return bytes;
}

/** CBOR (RFC 8949) of what WebAuthn needs: whole numbers, texts, bytes and maps of them. Maps arrive encoded already. */
function cborMap(entries: readonly (readonly [number | string, number | string | Buffer])[]): Buffer {
  const parts = entries.flatMap(([key, value]) => [cbor(key), isMap(value) ? value : cbor(value)]);
  const map = Buffer.concat([cborHead(5, entries.length), ...parts]);
  maps.add(map);
  return map;
}

const maps = new WeakSet<Buffer>();
const isMap = (value: unknown): value is Buffer => Buffer.isBuffer(value) && maps.has(value);

function cbor(value: number | string | Buffer): Buffer {
  if (typeof value === 'number') return value >= 0 ? cborHead(0, value) : cborHead(1, -1 - value);
  const bytes = Buffer.from(value);
  return Buffer.concat([cborHead(typeof value === 'string' ? 3 : 2, bytes.length), bytes]);
}

function cborHead(major: number, argument: number): Buffer {
  if (argument < 24) return Buffer.from([(major << 5) | argument]);
  if (argument < 256) return Buffer.from([(major << 5) | 24, argument]);
  return Buffer.concat([Buffer.from([(major << 5) | 25]), uint16(argument)]);
}
