import { BadRequestException, Body, Controller, Inject, Logger, Post } from '@nestjs/common';
import { TokenService } from 'nestjs-token-auth';
import { DataSource } from 'typeorm';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { credentialsOf, PASSWORD, signIn, signUp } from '../support/accounts.js';
import { onEveryDatabase, User, type TestApp } from '../support/app.js';
import { sendJson } from '../support/client.js';
import { resetToken } from '../support/links.js';
import { Mailbox } from '../support/mailbox.js';
import { OauthApp } from '../support/oauth-app.js';
import { watch } from '../support/secret-watch.js';

const ADA = 'ada@example.com';
const PERSON = { sub: 'ada', email: 'ada@provider.example' };
const PEPPER = 'a pepper of at least thirty-two characters';

/** Repeats what it is told wherever a careless application might. */
@Controller('leaks')
class LeaksController {
  constructor(
    @Inject(DataSource) private readonly dataSource: DataSource,
    @Inject(TokenService) private readonly tokens: TokenService,
  ) {}

  @Post('log')
  log(@Body('text') text: string) {
    new Logger('Leaks').warn(`Somebody sent ${text}`);
  }

  @Post('throw')
  throw(@Body('text') text: string) {
    throw new Error(`Cannot do anything with ${text}`);
  }

  @Post('answer')
  answer(@Body('text') text: string) {
    throw new BadRequestException(`Cannot do anything with ${text}`);
  }

  @Post('store')
  async store(@Body('text') text: string) {
    await this.dataSource.getRepository(User).update({ email: ADA }, { name: text });
  }

  @Post('tell')
  async tell(@Body('text') text: string) {
    const user = await this.dataSource.getRepository(User).findOneByOrFail({ email: ADA });
    await this.tokens.issue(Object.assign(user, { name: text }));
  }
}

/** What the set-up looks for at the end of every test file; here it has to find something. */
onEveryDatabase('the search for secrets', (platform) => {
  let mailbox: Mailbox;
  let oauth: OauthApp;
  let app: TestApp;
  beforeEach(async () => {
    mailbox = await Mailbox.open();
    const auth = { ...mailbox.options, tokenPepper: PEPPER };
    oauth = await OauthApp.start(platform, { auth, controllers: [LeaksController] });
    ({ app } = oauth);
    await signUp(app, { email: ADA, password: PASSWORD });
  });
  afterEach(async () => {
    await oauth.close();
    await mailbox.close();
    watch.forget();
  });

  async function leak(how: string, text: string): Promise<void> {
    await sendJson(`${app.url}/leaks/${how}`, 'POST', { text });
  }

  async function newToken(): Promise<string> {
    const { 'access-token': token = '' } = credentialsOf(await signIn(app, { email: ADA, password: PASSWORD }));
    return token;
  }

  const places = [
    ['log', ['access token in log']],
    // Nest logs what it did not expect.
    ['throw', ['access token in log', 'access token in thrown error']],
    ['answer', ['access token in error body', 'access token in thrown error']],
    ['tell', ['access token in event']],
  ] as const;

  it.each(places)('sees a token in this place: %s', async (how, findings) => {
    const token = await newToken();
    expect(watch.findings()).toEqual([]);
    await leak(how, token);
    expect(watch.findings()).toEqual(findings);
  });

  it('sees a token in a statement, and in the column it has gone to', async () => {
    await leak('store', await newToken());
    expect(watch.findings()).toEqual(['access token in statement']);
    await oauth.close();
    expect(watch.findings()).toEqual(['access token in column user.name', 'access token in statement']);
    oauth = await OauthApp.start(platform);
  });

  const secrets: [string, () => Promise<string>][] = [
    ['password', async () => PASSWORD],
    ['pepper', async () => PEPPER],
    ['one-time token', () => resetToken(app, mailbox, ADA)],
    ['provider secret', async () => oauth.oidc.provider().clientSecret?.() ?? ''],
    ['OAuth value', async () => codeOf(await oauth.untilCallback(PERSON, oauth.browser()))],
    ['cookie', async () => (await flowCookie()).split('=')[1] ?? ''],
  ];

  it.each(secrets)('sees this kind of secret: %s', async (kind, secretOf) => {
    const secret = await secretOf();
    expect(watch.findings()).toEqual([]);
    await leak('log', secret);
    expect(watch.findings()).toEqual([`${kind} in log`]);
  });

  /** What keeps a sign-in while the provider has the browser. */
  async function flowCookie(): Promise<string> {
    const browser = oauth.browser();
    await oauth.untilCallback(PERSON, browser);
    return browser.setCookies[0]?.split(';', 1)[0] ?? '';
  }
});

function codeOf(url: string): string {
  return new URL(url).searchParams.get('code') ?? '';
}
