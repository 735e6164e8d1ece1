import { lookup } from 'node:dns/promises';
import { BlockList, isIP, type LookupFunction } from 'node:net';

/** The addresses by which a machine reaches itself. */
export const LOOPBACK: readonly string[] = ['127.0.0.0/8', '::1'];

/**
 * Networks that contain no other server: this machine, its links, multicast, and the metadata services of clouds, which
 * return the credentials of a machine. Private networks (10/8, 172.16/12, 192.168/16, fc00::/7) are absent: the NAS is
 * there. Source: IANA special-purpose registries; metadata addresses of AWS, Google, Azure (and its wire server),
 * Oracle, Alibaba and Scaleway.
 */
const FORBIDDEN = [
  '0.0.0.0/8',
  '127.0.0.0/8',
  '169.254.0.0/16',
  '192.0.0.0/24',
  '100.100.100.200/32',
  '168.63.129.16/32',
  '224.0.0.0/4',
  '240.0.0.0/4',
  '::/96', // unspecified, loopback, and embedded IPv4, as are the five after it
  '::ffff:0:0:0/96',
  '64:ff9b::/96',
  '64:ff9b:1::/48',
  '2001::/32',
  '2002::/16',
  'fe80::/10',
  'fec0::/10',
  'ff00::/8',
  'fd00:ec2::254/128',
  'fd20:ce::254/128',
  'fd00:c1::a9fe:a9fe/128',
  'fd00:42::42/128',
];

/** Every address of a host is forbidden. The text is for people. */
export class AddressForbidden extends Error {
  /** @param variable Environment variable that allows addresses, if there is one. */
  constructor(host: string, variable?: string) {
    const remedy = variable === undefined ? '' : ` If it is right, add its address to ${variable}.`;
    super(`${host} is this machine, its own link, or a metadata address.${remedy}`);
  }
}

/** An answer of the resolver; `family` is 4 or 6. */
export interface Address {
  readonly address: string;
  readonly family: number;
}

export interface AddressRulesOptions {
  /** Addresses or CIDR ranges that are allowed although they are forbidden by default. */
  readonly allowed?: readonly string[];
  /** Environment variable that sets `allowed`, for error texts. */
  readonly variable?: string;
}

/** Which addresses outgoing connections may have. */
export class AddressRules {
  private readonly forbidden = blockListOf(FORBIDDEN);
  private readonly allowed: BlockList;
  private readonly variable: string | undefined;

  constructor({ allowed = [], variable }: AddressRulesOptions = {}) {
    this.allowed = blockListOf(allowed);
    this.variable = variable;
  }

  isAllowed(address: string): boolean {
    const [bare = ''] = address.split('%'); // without the zone of a link-local address
    const family = isIP(bare);
    if (family === 0) return false;
    const type = family === 4 ? 'ipv4' : 'ipv6';
    return this.allowed.check(bare, type) || !this.forbidden.check(bare, type);
  }

  /**
   * The allowed addresses of a host, to be connected to as they are: a second lookup could get another answer.
   *
   * @param host A name, or an address with or without brackets.
   * @throws AddressForbidden when none is allowed, or the resolver's error
   */
  async resolve(host: string): Promise<[Address, ...Address[]]> {
    const bare = host.replace(/^\[(.*)\]$/, '$1');
    const family = isIP(bare);
    const found = family === 0 ? await lookup(bare, { all: true }) : [{ address: bare, family }];
    const [first, ...others] = found.filter(({ address }) => this.isAllowed(address));
    if (!first) throw new AddressForbidden(host, this.variable);
    return [first, ...others];
  }

  /**
   * Node.js calls {@link lookup} for names only, so a host that is an address is checked here.
   *
   * @throws AddressForbidden
   */
  assertLiteralAllowed(host: string): void {
    const bare = host.replace(/^\[(.*)\]$/, '$1');
    if (isIP(bare) && !this.isAllowed(bare)) throw new AddressForbidden(host, this.variable);
  }

  /** For `net.connect` and everything built on it: the connection gets the addresses that were checked. */
  get lookup(): LookupFunction {
    return (host, options, callback) => {
      this.resolve(host).then(
        (found) => {
          const [first] = found;
          if (options.all) callback(null, found);
          else callback(null, first.address, first.family);
        },
        (error: unknown) => callback(error as NodeJS.ErrnoException, []),
      );
    };
  }
}

function blockListOf(ranges: readonly string[]): BlockList {
  const list = new BlockList();
  for (const range of ranges) {
    const [address = '', bits] = range.split('/');
    const type = isIP(address) === 4 ? 'ipv4' : 'ipv6';
    if (bits === undefined) list.addAddress(address, type);
    else list.addSubnet(address, Number(bits), type);
  }
  return list;
}
