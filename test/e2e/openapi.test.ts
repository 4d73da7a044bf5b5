import { VersioningType } from '@nestjs/common';
import { IsInt, IsOptional, IsString, MaxLength, Min } from 'class-validator';
import {
  oidcProvider,
  TokenAuthModule,
  TokenAuthMailer,
  TokenAuthUser,
  type TokenAuthModuleOptions,
} from 'nestjs-token-auth';
import { Column, Entity } from 'typeorm';
import { afterEach, describe, expect, it } from 'vitest';
import { onEveryAdapter, onEveryDatabase, TestApp } from '../support/app.js';
import { documentOf, expectValid, operationAt, operations, Router } from '../support/openapi.js';
import { Member } from '../support/profiles.js';
import { Admin } from '../support/realms.js';

class NoMailer extends TokenAuthMailer {
  override async send(): Promise<void> {}
}

/** With which all endpoints are served. */
const EVERYTHING = {
  mailer: NoMailer,
  publicUrl: 'https://api.example.com/auth',
  confirmable: true,
  lockable: true,
  // Nobody answers there.
  oauth: { acme: oidcProvider({ issuer: 'http://127.0.0.1:9', clientId: 'shop', clientSecret: 'secret' }) },
} satisfies Partial<TokenAuthModuleOptions<any>>;

class Profile {
  @IsString() @MaxLength(40) first_name!: string;
  @IsOptional() @IsInt() @Min(18) age?: number;
}

onEveryAdapter('the OpenAPI document', (platform) => {
  let app: TestApp;
  afterEach(() => app.close());

  const CASES: [string, Partial<TokenAuthModuleOptions<any>>][] = [
    ['everything', EVERYTHING],
    ['what needs no mails', {}],
    ['what is left', { ...EVERYTHING, endpoints: { signUp: false, passwords: false } }],
    ['cookie mode', { ...EVERYTHING, cookieEnabled: true }],
    ['another path', { ...EVERYTHING, path: '/people/session' }],
  ];
  it.each(CASES)('has every endpoint that is served and no other: %s', async (_, auth) => {
    const router = new Router();
    app = await TestApp.start(platform, { auth, configure: router.configure });
    const document = documentOf(app);
    await expectValid(document);
    const served = await router.servedBelow(app, `/${(auth.path ?? 'auth').replace(/^\//, '')}`);
    expect(served.length).toBeGreaterThan(5);
    expect(
      operations(document)
        .map(({ name }) => name)
        .toSorted(),
    ).toEqual(served);
    for (const { operation } of operations(document)) expect(operation.summary).toMatch(/^[A-Z]/);
  });

  it('has no path where nothing is served', async () => {
    app = await TestApp.start(platform, { auth: { endpoints: false } });
    const document = documentOf(app);
    await expectValid(document);
    expect(document.paths).toEqual({});
  });

  it('knows prefixes and versions, and each kind of users by itself', async () => {
    const router = new Router();
    const admin = { userEntity: Admin, path: 'auth/admin', headersNames: { 'access-token': 'X-Admin-Token' } };
    app = await TestApp.start(platform, {
      auth: EVERYTHING,
      imports: [TokenAuthModule.forFeature(admin)],
      configure: (nest) => {
        router.configure(nest);
        nest.setGlobalPrefix('api').enableVersioning({ type: VersioningType.URI });
      },
    });
    const document = documentOf(app);
    await expectValid(document);
    expect(
      operations(document)
        .map(({ name }) => name)
        .toSorted(),
    ).toEqual(await router.servedBelow(app, '/api/auth'));
    expect(operationAt(document, 'get /api/auth/validate_token')).toMatchObject({
      operationId: 'User_validateToken',
      tags: ['auth'],
      security: [{ 'User.access-token': [], 'User.client': [], 'User.uid': [] }, { 'User.bearer': [] }],
    });
    const validation = operationAt(document, 'get /api/auth/admin/validate_token');
    expect(validation).toMatchObject({ operationId: 'Admin_validateToken', tags: ['auth/admin'] });
    expect(Object.keys(validation.responses[200].headers)).toContain('X-Admin-Token');
    expect(document.components?.securitySchemes).toMatchObject({
      'User.access-token': { type: 'apiKey', in: 'header', name: 'access-token' },
      'Admin.access-token': { name: 'X-Admin-Token', 'x-token-auth': { realm: 'Admin', path: '/api/auth/admin' } },
    });
  });

  it('names the providers that people sign in by', async () => {
    app = await TestApp.start(platform, { auth: EVERYTHING });
    const { parameters } = operationAt(documentOf(app), 'get /auth/{provider}');
    expect(parameters[0]).toMatchObject({ name: 'provider', in: 'path', schema: { enum: ['acme'] } });
  });

  it('leaves metadata of the application as it was', async () => {
    app = await TestApp.start(platform, { auth: EVERYTHING });
    const before = JSON.stringify(documentOf(app));
    expect(before).not.toContain('x-token-auth-handler');
    expect(JSON.stringify(documentOf(app))).toBe(before);
  });

  it('follows the options that the document was made with', async () => {
    app = await TestApp.start(platform, { configure: (nest) => nest.setGlobalPrefix('api') });
    const document = documentOf(app, { ignoreGlobalPrefix: true });
    expect(operationAt(document, 'post /auth/sign_in').operationId).toBe('User_signIn');
  });

  it('is valid in version 3.1 too', async () => {
    app = await TestApp.start(platform, { auth: EVERYTHING });
    const document = documentOf(app, { openapi: '3.1.0' });
    await expectValid(document);
    expect(JSON.stringify(document)).not.toContain('nullable');
    expect(document.components?.schemas?.['UserAccount']).toMatchObject({
      properties: { email: { type: ['string', 'null'] } },
    });
  });
});

describe('what the OpenAPI document says of cookies', () => {
  it('is the cookie in place of the headers', async () => {
    const app = await TestApp.start(
      { adapter: 'express', database: 'sqlite' },
      { auth: { cookieEnabled: true, cookieName: '__Host-session' } },
    );
    try {
      const document = documentOf(app);
      expect(document.components?.securitySchemes).toEqual({
        'User.cookie': expect.objectContaining({ type: 'apiKey', in: 'cookie', name: '__Host-session' }),
      });
      const { responses } = operationAt(document, 'post /auth/sign_in');
      expect(Object.keys(responses[200].headers)).toEqual(['Set-Cookie']);
      expect(responses[403]).toBeDefined();
    } finally {
      await app.close();
    }
  });
});

@Entity()
class Keeper extends TokenAuthUser<string> {
  @Column({ type: 'varchar', select: false, default: '' }) recoveryCode?: string;
  @Column({ type: 'varchar', default: '' }) firstName!: string;
}

onEveryDatabase('a user in the OpenAPI document', (platform) => {
  it('has the columns that answers show, and what may be said of them', async () => {
    const app = await TestApp.start(platform, { auth: { userEntity: Member, signUpDto: Profile } });
    try {
      const { schemas = {} } = documentOf(app).components ?? {};
      const { properties } = schemas['MemberAccount'] as { properties: Record<string, object> };
      expect(properties).toMatchObject({
        id: { type: 'integer' },
        email: { type: 'string', nullable: true },
        first_name: { type: 'string' },
        age: { type: 'integer', nullable: true },
        theme: { type: 'string', enum: ['light', 'dark'] },
        birthday: { type: 'string', format: 'date', nullable: true },
        newsletter: { type: 'boolean' },
        created_at: { type: 'string', format: 'date-time' },
        home_city: { type: 'string' },
      });
      const { schema } = operationAt(documentOf(app), 'post /auth').requestBody.content['application/json'];
      expect(schema.required).toEqual(['email', 'password', 'first_name']);
      expect(schema.properties).toMatchObject({
        first_name: { type: 'string', maxLength: 40 },
        age: { type: 'integer', minimum: 18 },
      });
    } finally {
      await app.close();
    }
  });

  it('has no column that is a secret', async () => {
    const app = await TestApp.start(platform, { auth: { userEntity: Keeper, ...EVERYTHING } });
    try {
      const text = JSON.stringify(documentOf(app));
      expect(text).toContain('first_name');
      for (const secret of ['recovery', 'encrypted', 'epoch', 'confirmed_at', 'unconfirmed', 'attempts', 'locked_at']) {
        expect(text.toLowerCase()).not.toContain(secret);
      }
    } finally {
      await app.close();
    }
  });
});
