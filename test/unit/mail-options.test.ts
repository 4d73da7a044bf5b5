import { describe, expect, it } from 'vitest';
import { resolveOptions } from '../../lib/token-auth.config.js';
import type { TokenAuthOptions } from '../../lib/token-auth.options.js';

const GIVEN = { publicUrl: 'https://api.example.com/auth', mailFrom: 'no-reply@example.com' };

describe('the options of mails', () => {
  it('send nothing unless a transport or a mailer is given', () => {
    expect(resolveOptions({}).mail).toBeNull();
    expect(resolveOptions(GIVEN).mail).toBeNull();
  });

  it('give links no double slash', () => {
    const { mail } = resolveOptions({ ...GIVEN, publicUrl: 'https://api.example.com/auth//', mailTransport: {} });
    expect(mail?.publicUrl).toBe('https://api.example.com/auth');
  });

  it('leave nodemailer out where the application has a mailer of its own, unless there is a transport', () => {
    expect(resolveOptions(GIVEN, true).mail).toMatchObject({ smtp: null });
    const mailTransport = 'smtps://mail.example.com';
    expect(resolveOptions({ ...GIVEN, mailTransport }, true).mail?.smtp).toEqual({
      transport: mailTransport,
      from: 'no-reply@example.com',
    });
  });

  it.each<[string, object]>([
    ['publicUrl must be given', { mailTransport: {}, publicUrl: undefined }],
    ["publicUrl must be a URL such as 'https://", { mailTransport: {}, publicUrl: 'ftp://api.example.com' }],
    ["publicUrl must be a URL such as 'https://", { mailTransport: {}, publicUrl: 'https://api.example.com/?a' }],
    ['publicUrl must be an absolute URL', { mailTransport: {}, publicUrl: '/auth' }],
    ['mailFrom must be given', { mailTransport: {}, mailFrom: undefined }],
    ["mailTransport must be a URL such as 'smtps://", { mailTransport: '' }],
    ["mailTransport must be a URL such as 'smtps://", { mailTransport: 'mail.example.com' }],
    ["mailTransport must be a URL such as 'smtps://", { mailTransport: null }],
    ["mailTransport must be a URL such as 'smtps://", { mailTransport: 25 }],
    ["mailTemplates must give a function for 'unlock'", { mailTransport: {}, mailTemplates: { unlock: 'text' } }],
    [
      "mailTemplates knows no mail 'reset_password'",
      { mailTransport: {}, mailTemplates: { reset_password: () => ({}) } },
    ],
    ['mailTemplates must be an object', { mailTransport: {}, mailTemplates: () => ({}) }],
  ])('are refused: %s %j', (fault, options) => {
    expect(() => resolveOptions({ ...GIVEN, ...options } as TokenAuthOptions)).toThrow(fault);
  });
});
