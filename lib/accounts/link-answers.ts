import { HttpStatus, Inject, Injectable, NotFoundException } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import type { IncomingRequest } from '../incoming-request.js';
import { escapeHtml } from '../mails/escape-html.js';
import type { Message } from '../messages/message.js';
import { AnswerLanguage } from '../request/answer-language.js';
import { redirectUrl, type RedirectParameters } from '../redirects/redirect-url.js';
import { failure, MESSAGES } from './account-errors.js';
import { htmlPage } from './html-page.js';

/** The link is a secret: it must not reach caches or other sites. */
const PRIVATE = Object.freeze({ 'Cache-Control': 'no-store', 'Referrer-Policy': 'no-referrer' });

/** What those are answered who follow the link of a mail. */
@Injectable()
export class LinkAnswers {
  constructor(
    @Inject(HttpAdapterHost) private readonly host: HttpAdapterHost,
    @Inject(AnswerLanguage) private readonly language: AnswerLanguage,
  ) {}

  /** Sends the visitor on to the application's page. */
  redirect(response: object, url: string, parameters: RedirectParameters): void {
    this.head(response);
    this.host.httpAdapter.redirect(response, HttpStatus.FOUND, redirectUrl(url, parameters));
  }

  /** Says it on a page of its own, where the application has none for it. */
  page(response: object, message: Message): void {
    this.head(response);
    const language = this.language.of(response);
    const title = this.language.say(message, response);
    this.host.httpAdapter.setHeader(response, 'Content-Type', 'text/html; charset=utf-8');
    const html = htmlPage({ language, title, body: `<p>${escapeHtml(title)}</p>` });
    this.host.httpAdapter.reply(response, html, HttpStatus.OK);
  }

  /** Answers those who only look whether the link leads anywhere: nothing happens. */
  nothing(response: object): void {
    this.head(response);
    this.host.httpAdapter.reply(response, '', HttpStatus.OK);
  }

  private head(response: object): void {
    for (const [name, value] of Object.entries(PRIVATE)) this.host.httpAdapter.setHeader(response, name, value);
  }
}

/** Platforms answer HEAD by the handler of GET. */
export function isHead({ method }: IncomingRequest): boolean {
  return method === 'HEAD';
}

/** 404 for a link that was never valid, or is not any more. */
export function invalidLink(): Error {
  return failure(HttpStatus.NOT_FOUND, MESSAGES.invalidLink);
}

/** What an endpoint answers that the options have not switched on: as if it did not exist. */
export function notServed({ method, originalUrl, url }: IncomingRequest): Error {
  const [path] = (originalUrl ?? url ?? '').split('?', 1);
  return new NotFoundException(`Cannot ${method} ${path}`);
}
