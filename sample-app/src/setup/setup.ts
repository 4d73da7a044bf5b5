import ms from 'ms';
import type { Settings } from '../settings/settings.js';
import type { TokenAuthSettings } from '../settings/token-auth-settings.js';

/** The options that the page has switches for. */
export type RotationSettings = Pick<TokenAuthSettings, 'batchResponse' | 'lostResponse' | 'batchRequestBufferThrottle'>;

/** Builds the application anew with these options. */
export type Rebuild = (auth: TokenAuthSettings) => Promise<void>;

/** Injection token of the {@link Rebuild}. */
export const REBUILD = Symbol('sample-app:rebuild');

/** How this application is set up. */
export class Setup {
  constructor(
    private readonly settings: Settings,
    readonly origin: string,
  ) {}

  get auth(): TokenAuthSettings {
    return this.settings.auth;
  }

  /** What the page has to know; nothing of it is a secret. */
  describe() {
    const { auth, isProduction, demoOidc } = this.settings;
    return {
      auth_path: auth.path ?? 'auth',
      cookies: auth.cookieEnabled ?? false,
      rotates: auth.changeHeadersOnEachRequest ?? true,
      confirmable: auth.confirmable ?? false,
      lockable: (auth.lockable ?? false) && auth.unlockStrategy !== 'time',
      mails: !isProduction || auth.mailTransport !== undefined,
      inbox: !isProduction,
      docs: !isProduction,
      changeable: !isProduction,
      provider: demoOidc ? 'demo' : null,
      options: {
        batchResponse: auth.batchResponse ?? 'blank',
        lostResponse: auth.lostResponse ?? (auth.cookieEnabled === true ? 'forgiving' : 'strict'),
        batchRequestBufferThrottle: inMilliseconds(auth.batchRequestBufferThrottle ?? '5s'),
      },
    };
  }
}

function inMilliseconds(duration: NonNullable<TokenAuthSettings['batchRequestBufferThrottle']>): number {
  return typeof duration === 'number' ? duration : ms(duration);
}
