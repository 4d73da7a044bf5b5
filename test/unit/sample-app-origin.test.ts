import { describe, expect, it } from 'vitest';
import { originAt } from '../../sample-app/src/settings/listening.js';

describe('the origin of an application that listens', () => {
  it.each([
    ['127.0.0.1', 3000, 'http://127.0.0.1:3000'],
    ['0.0.0.0', 3000, 'http://127.0.0.1:3000'],
    ['::', 3000, 'http://[::1]:3000'],
    ['fd00::1', 8080, 'http://[fd00::1]:8080'],
    ['LocalHost', 80, 'http://localhost'],
  ])('on %s, port %d, is %s', (host, port, origin) => {
    expect(originAt(host, port)).toBe(origin);
  });

  it.each(['', 'a b', 'fe80::1%eth0'])('is none on %j', (host) => {
    expect(() => originAt(host, 3000)).toThrow(TypeError);
  });
});
