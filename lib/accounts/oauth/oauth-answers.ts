import { randomBytes } from 'node:crypto';
import { HttpException, HttpStatus, Inject, Injectable } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import { redirectUrl, type RedirectParameters } from '../../redirects/redirect-url.js';
import { AnswerLanguage } from '../../request/answer-language.js';
import { MESSAGES } from '../account-errors.js';
import { TranslatableException } from '../translatable.exception.js';
import type { Destination } from './sign-in-flow.js';
import { messageOrigin, windowPage, type WindowPage } from './window-page.js';

/** The results of a sign-in, by the names that clients read. */
export type OAuthPayload = Readonly<Record<string, string | number | boolean | null>>;

/** Secrets pass through; and a popup must keep its opener, also where an application sets a policy for all its answers. */
const HEADERS = Object.freeze({
  'Cache-Control': 'no-store',
  'Referrer-Policy': 'no-referrer',
  'X-Content-Type-Options': 'nosniff',
  'Cross-Origin-Opener-Policy': 'unsafe-none',
});

/** What browsers are answered on their way to a provider and back. */
@Injectable()
export class OAuthAnswers {
  constructor(
    @Inject(HttpAdapterHost) private readonly host: HttpAdapterHost,
    @Inject(AnswerLanguage) private readonly language: AnswerLanguage,
  ) {}

  /** Sends the browser on as it is. */
  redirect(response: object, url: string, status: HttpStatus = HttpStatus.FOUND): void {
    this.head(response);
    this.host.httpAdapter.redirect(response, status, url);
  }

  /** Answers those who only look whether there is anything: nothing happens. */
  nothing(response: object): void {
    this.head(response);
    this.host.httpAdapter.reply(response, '', HttpStatus.OK);
  }

  /** @param user - the attributes of the user, for the page; a URL carries none of them. */
  success(response: object, destination: Destination, payload: OAuthPayload, user: object): void {
    const text = this.language.say(MESSAGES.redirecting, response);
    this.deliver(response, destination, payload, { ...user, ...payload, message: 'deliverCredentials' }, text);
  }

  /** Says why nobody is signed in: to the client that asked, or on a plain page where there is none that may be told. */
  failure(response: object, destination: Destination | null, error: HttpException): void {
    const { text, code } = this.reasonOf(response, error);
    if (destination === null) return this.page(response, text, null, error.getStatus());
    const payload = { error: text, error_code: code };
    this.deliver(response, destination, payload, { ...payload, message: 'authFailure' }, text);
  }

  private deliver(
    response: object,
    { window, originUrl }: Destination,
    payload: OAuthPayload,
    data: object,
    text: string,
  ): void {
    if (window !== 'sameWindow') {
      return this.page(response, text, { data, origin: messageOrigin(originUrl) }, HttpStatus.OK);
    }
    this.redirect(response, redirectUrl(originUrl, { ...asTexts(payload), blank: 'true' }));
  }

  private page(response: object, text: string, delivery: WindowPage['delivery'], status: HttpStatus): void {
    const nonce = randomBytes(16).toString('base64url');
    const policy = `default-src 'none'; script-src 'nonce-${nonce}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`;
    this.head(response);
    this.host.httpAdapter.setHeader(response, 'Content-Security-Policy', policy);
    this.host.httpAdapter.setHeader(response, 'Content-Type', 'text/html; charset=utf-8');
    const language = this.language.of(response);
    this.host.httpAdapter.reply(response, windowPage({ language, text, delivery, nonce }), status);
  }

  private head(response: object): void {
    for (const [name, value] of Object.entries(HEADERS)) this.host.httpAdapter.setHeader(response, name, value);
  }

  /** The first of the texts in an error body, and its code. */
  private reasonOf(response: object, error: HttpException): { text: string; code: string } {
    if (error instanceof TranslatableException) error.speak(this.language.texts(response));
    const body = error.getResponse();
    const { errors, message, code }: ErrorBody = typeof body === 'string' ? { message: body } : body;
    const reasons = Array.isArray(errors) ? errors : (errors?.full_messages ?? [message]);
    const said = reasons.find((each): each is string => typeof each === 'string' && each !== '');
    const text = said ?? this.language.say(MESSAGES.oauthFailed, response);
    return { text, code: code ?? MESSAGES.oauthFailed.code };
  }
}

/** What exceptions of this module and of an application hold. */
interface ErrorBody {
  readonly errors?: unknown[] | { readonly full_messages?: unknown[] };
  readonly message?: unknown;
  readonly code?: string;
}

function asTexts(payload: OAuthPayload): RedirectParameters {
  return Object.fromEntries(Object.entries(payload).map(([name, value]) => [name, String(value ?? '')]));
}
