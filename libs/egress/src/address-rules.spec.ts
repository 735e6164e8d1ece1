import { AddressForbidden, AddressRules } from './address-rules.js';

describe('AddressRules', () => {
  const rules = new AddressRules();

  it.each([
    '127.0.0.1',
    '127.8.9.10',
    '0.0.0.0',
    '169.254.169.254',
    '169.254.1.1',
    '100.100.100.200',
    '192.0.0.192',
    '224.0.0.1',
    '255.255.255.255',
    '::',
    '::1',
    '::ffff:127.0.0.1',
    '::ffff:7f00:1',
    '::ffff:a9fe:a9fe',
    '::7f00:1',
    '64:ff9b::7f00:1',
    '2002:7f00:1::',
    'fe80::1',
    'fe80::1%eth0',
    'ff02::1',
    'fd00:ec2::254',
    'fd00:c1::a9fe:a9fe',
    'fd00:42::42',
    '168.63.129.16',
    '::ffff:0:127.0.0.1',
    'not an address',
  ])('forbids %s', (address) => {
    expect(rules.isAllowed(address)).toBe(false);
  });

  it.each(['192.168.1.20', '10.0.0.5', '172.20.1.1', '9.9.9.9', '::ffff:192.168.1.20', 'fd12:3456::1', '2620:fe::fe'])(
    'allows %s',
    (address) => {
      expect(rules.isAllowed(address)).toBe(true);
    },
  );

  it('allows the exceptions, and nothing beside them', () => {
    const lax = new AddressRules({ allowed: ['127.0.0.1', '169.254.7.0/24', '::1'] });
    expect(['127.0.0.1', '169.254.7.9', '::1'].map((address) => lax.isAllowed(address))).toEqual([true, true, true]);
    expect(['127.0.0.2', '169.254.169.254'].map((address) => lax.isAllowed(address))).toEqual([false, false]);
  });

  it('checks a name by its addresses', async () => {
    await expect(rules.resolve('localhost')).rejects.toBeInstanceOf(AddressForbidden);
    await expect(rules.resolve('[::1]')).rejects.toBeInstanceOf(AddressForbidden);
    expect(await rules.resolve('192.168.1.20')).toEqual([{ address: '192.168.1.20', family: 4 }]);
    const found = await new AddressRules({ allowed: ['127.0.0.0/8'] }).resolve('localhost');
    expect(found.every(({ address }) => address.startsWith('127.'))).toBe(true);
  });
});
