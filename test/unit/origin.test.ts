import { describe, expect, it } from 'vitest';
import { hostOf, isSameDevice, NO_ORIGIN, networkOf, storableOrigin } from '../../lib/tokens/origin.js';

describe('networkOf', () => {
  it.each([
    ['192.0.2.1', '192.0.2.255'],
    ['0.0.0.0', '0.0.0.9'],
    ['192.0.2.1', '::ffff:192.0.2.77'],
    ['192.0.2.1', '::FFFF:192.0.2.1'],
    ['2001:db8:1:2::1', '2001:db8:1:2:ffff:ffff:ffff:ffff'],
    ['2001:db8:1:2::1', '2001:0DB8:0001:0002:0000:0000:0000:0009'],
    ['2001:db8:0:0::1', '2001:db8::9:8:7:6'],
    ['2001:db8::', '2001:db8:0:0:1:2:3:4'],
    ['::1', '0:0:0:0:9::'],
    ['1::', '1:0:0:0::8'],
    ['fe80::1', 'fe80::2%eth0'],
    ['fe80::1%eth0', 'fe80::2%eth1'],
    ['192.0.2.1', '::ffff:192.0.2.9%eth0'],
    ['2001:db8:1:2:3:4:192.0.2.1', '2001:db8:1:2::1'],
    ['::5:6:7:8:192.0.2.1', '0:0:5:6::'],
    ['64:ff9b::192.0.2.1', '64:ff9b::'],
    // The other spellings of an IPv4 address within IPv6.
    ['192.0.2.1', '::ffff:c000:201'],
    ['192.0.2.1', '0:0:0:0:0:ffff:192.0.2.1'],
    ['192.0.2.1', '0000:0000:0000:0000:0000:FFFF:C000:02FF'],
  ])('%s and %s are one network', (a, b) => {
    expect(networkOf(a)).toBe(networkOf(b));
  });

  it.each([
    ['192.0.2.1', '192.0.3.1'],
    ['192.0.2.1', '193.0.2.1'],
    ['::ffff:192.0.2.1', '::ffff:192.0.3.1'],
    ['192.0.2.1', '::192.0.2.1'],
    ['::ffff:c000:201', '::ffff:c000:301'],
    ['192.0.2.1', '::ffff:0:c000:201'],
    ['192.0.2.1', '1::ffff:c000:201'],
    ['2001:db8:1:2::1', '2001:db8:1:3::1'],
    ['2001:db8:1:2::1', '2001:db8:1::1'],
    ['2001:db8::1', '2001:db9::1'],
    ['::1', '127.0.0.1'],
    ['::1', '1::'],
    ['1:2:3:4:5:6:7:8', '1:2:3::8'],
    ['12:3::', '1:23::'],
  ])('%s and %s are two networks', (a, b) => {
    expect(networkOf(a)).not.toBe(networkOf(b));
  });

  it('lets anything else stand for itself', () => {
    expect(networkOf(null)).toBeNull();
    expect(networkOf('')).toBe('');
    expect(networkOf('unknown')).toBe('unknown');
    expect(networkOf('1.2.3')).toBe('1.2.3');
    expect(networkOf('1.2.3.400')).not.toBe(networkOf('1.2.3.4'));
    expect(networkOf('/tmp/a.sock')).not.toBe(networkOf('/tmp/b.sock'));
  });
});

describe('hostOf', () => {
  it.each([
    ['192.0.2.1', '192.0.2.1'],
    ['::ffff:192.0.2.255', '192.0.2.255'],
    ['::FFFF:C000:02FF', '192.0.2.255'],
    ['192.0.2.1%eth0', '192.0.2.1'],
    ['2001:0DB8::1', '2001:db8:0:0'],
    ['fe80::1%eth0', 'fe80:0:0:0'],
    ['::', '0:0:0:0'],
    ['192.0.2.256', null],
    ['192.0.2.01', null],
    ['192.0.2.1:443', null],
    ['[::1]', null],
    ['unknown', null],
    ['', null],
    [null, null],
  ])('of %s is %s', (ip, host) => {
    expect(hostOf(ip)).toBe(host);
  });
});

describe('isSameDevice', () => {
  const phone = { ip: '192.0.2.1', userAgent: 'Phone/1.0' };
  it.each([
    ['the same', phone, phone, true],
    ['another address of the network', phone, { ...phone, ip: '192.0.2.200' }, true],
    ['another network', phone, { ...phone, ip: '198.51.100.1' }, false],
    ['another user agent', phone, { ...phone, userAgent: 'Phone/1.1' }, false],
    ['a user agent of another case', phone, { ...phone, userAgent: 'phone/1.0' }, false],
    ['no user agent', phone, { ...phone, userAgent: null }, false],
    ['no address', phone, { ...phone, ip: null }, false],
    ['an empty user agent beside none', { ...phone, userAgent: '' }, { ...phone, userAgent: null }, false],
    ['nothing known of either', NO_ORIGIN, NO_ORIGIN, true],
    ['nothing known of one', phone, NO_ORIGIN, false],
  ])('%s', (_, a, b, same) => {
    expect(isSameDevice(a, b)).toBe(same);
    expect(isSameDevice(b, a)).toBe(same);
  });

  it('compares what the columns keep: a long user agent is still the same after it has been stored', () => {
    const long = { ip: '2001:db8::1', userAgent: `\0${'x'.repeat(400)}` };
    const stored = storableOrigin(long);
    expect(stored.userAgent).toBe('x'.repeat(255));
    expect(isSameDevice(long, stored)).toBe(true);
  });
});
