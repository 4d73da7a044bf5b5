import type { Provider } from '@nestjs/common';
import { ApplicationConfig } from '@nestjs/core';
import { AnswerLanguage } from './answer-language.js';
import { AuthHeaders } from './auth-headers.js';
import { OpenSockets } from './open-sockets.js';
import { RequestAuthenticator } from './request-authenticator.js';
import { SessionOpener } from './session-opener.js';
import { SignInGate } from './sign-in-gate.js';
import { TokenAuthGuard } from './token-auth.guard.js';
import { TokenHeadersInterceptor } from './token-headers.interceptor.js';
import { Unavailability } from './unavailability.js';

const OUTERMOST_INTERCEPTOR = Symbol('nestjs-token-auth:outermost-interceptor');

/** What tokens travel with requests by. */
export const REQUEST_PROVIDERS: Provider[] = [
  AnswerLanguage,
  AuthHeaders,
  OpenSockets,
  RequestAuthenticator,
  SessionOpener,
  SignInGate,
  TokenAuthGuard,
  Unavailability,
  TokenHeadersInterceptor,
  {
    provide: OUTERMOST_INTERCEPTOR,
    inject: [ApplicationConfig, TokenHeadersInterceptor],
    // An APP_INTERCEPTOR of this module would run inside those of the root module, and so inside their transactions.
    useFactory: (application: ApplicationConfig, interceptor: TokenHeadersInterceptor) =>
      application.addGlobalInterceptor(interceptor),
  },
];
