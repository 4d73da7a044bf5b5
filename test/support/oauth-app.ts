import { identityEntityFor, TokenAuthEvents, type Identity, type TokenAuthEventMap } from 'nestjs-token-auth';
import { TestApp, User, type AppOptions, type Platform } from './app.js';
import { TestBrowser, type Arrived } from './browser.js';
import { ProtocolClient } from './client.js';
import { PUBLIC_URL } from './mailbox.js';
import { OidcServer, type Person } from './oidc.js';

/** The page of the application that a sign-in comes back to. */
export const ORIGIN_PAGE = 'https://app.example.com/oauth';

/** An application that signs in by a provider on the loopback, known as `acme`. */
export class OauthApp {
  private constructor(
    readonly app: TestApp,
    readonly oidc: OidcServer,
  ) {}

  static async start(platform: Platform, options: AppOptions = {}): Promise<OauthApp> {
    const oidc = await OidcServer.start([`${PUBLIC_URL}/acme/callback`, `${PUBLIC_URL}/other/callback`]);
    const { oauth, ...auth } = options.auth ?? {};
    const app = await TestApp.start(platform, {
      ...options,
      auth: {
        publicUrl: PUBLIC_URL,
        redirectAllowlist: ['https://app.example.com'],
        oauth: { acme: oidc.provider(), ...oauth },
        ...auth,
      },
    });
    return new OauthApp(app, oidc);
  }

  /** Signs somebody in in a new browser, who comes back to {@link ORIGIN_PAGE}. */
  async signIn(person: Person | null, query: Record<string, string> = {}, browser = this.browser()): Promise<Arrived> {
    this.oidc.person = person;
    return await browser.signIn('acme', { auth_origin_url: ORIGIN_PAGE, ...query });
  }

  /** The same up to where the provider sends the browser back. */
  async untilCallback(person: Person, browser: TestBrowser, query: Record<string, string> = {}): Promise<string> {
    this.oidc.person = person;
    return await browser.untilCallback('acme', { auth_origin_url: ORIGIN_PAGE, ...query });
  }

  browser(): TestBrowser {
    return new TestBrowser(this.app);
  }

  async users(): Promise<User[]> {
    return await this.app.dataSource.getRepository(User).find({ order: { id: 'ASC' } });
  }

  async identities(): Promise<Identity[]> {
    const repository = this.app.dataSource.getRepository(identityEntityFor(User));
    return await repository.find({ relations: { user: true } as never, order: { subject: 'ASC' } });
  }

  /** Keeps what events of a name are emitted from now on. */
  record<E extends keyof TokenAuthEventMap>(event: E): TokenAuthEventMap[E][] {
    const payloads: TokenAuthEventMap[E][] = [];
    this.app.nest.get(TokenAuthEvents).on(event, (payload) => payloads.push(payload));
    return payloads;
  }

  async close(): Promise<void> {
    await this.app.close();
    await this.oidc.close();
  }
}

/** The client that the parameters of a redirect, or the object of a page, sign in. */
export function clientOf(app: TestApp, payload: Record<string, any>): ProtocolClient {
  const { auth_token: accessToken = '', client_id: client = '', uid = '' } = payload;
  return new ProtocolClient(app, { 'access-token': accessToken, client, uid });
}

/** What the page of a window hands over, and to which origin. */
export function deliveryOf({ answer }: Arrived): { data: Record<string, any>; origin: string } {
  const [, data = 'null', origin = 'null'] = /var data = (.*), origin = (.*);/.exec(answer.body) ?? [];
  return { data: JSON.parse(data), origin: JSON.parse(origin) };
}

/** The text that a page without a script shows. */
export function textOf({ answer }: Arrived): string {
  return /<p id="text">([^<]*)<\/p><\/html>/.exec(answer.body)?.[1] ?? '';
}
