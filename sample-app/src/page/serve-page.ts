import type { IncomingMessage, ServerResponse } from 'node:http';
import { readPageFiles } from './page-files.js';

/**
 * Scripts and styles come from files of this application alone; what else gets into the page does not run. The import map,
 * which browsers take from the page itself only, is named by its hash.
 */
function policyFor(importMapHash: string): string {
  return [
    "default-src 'none'",
    `script-src 'self' '${importMapHash}'`,
    "style-src 'self'",
    "img-src 'self'",
    "connect-src 'self'",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
    "require-trusted-types-for 'script'",
  ].join('; ');
}

/** Serves the page at `/`, on any adapter; everything else goes on. The files are read once. */
export function servePage() {
  const { files, importMapHash } = readPageFiles();
  const headers = {
    'Content-Security-Policy': policyFor(importMapHash),
    // A window of a provider can hand its result over.
    'Cross-Origin-Opener-Policy': 'same-origin-allow-popups',
    'Cross-Origin-Resource-Policy': 'same-origin',
    'Permissions-Policy': 'camera=(), geolocation=(), microphone=()',
    'Referrer-Policy': 'no-referrer',
    'X-Content-Type-Options': 'nosniff',
    'X-Frame-Options': 'DENY',
    // Kept, and asked for each time whether it is still the same: ETag answers that.
    'Cache-Control': 'no-cache',
  };
  return (request: IncomingMessage, response: ServerResponse, next: () => void): void => {
    const file = files.get(request.url?.split('?', 1)[0] ?? '');
    if (file === undefined || (request.method !== 'GET' && request.method !== 'HEAD')) return next();
    const isKnown = request.headers['if-none-match'] === file.etag;
    response.writeHead(isKnown ? 304 : 200, {
      ...headers,
      ETag: file.etag,
      ...(isKnown ? {} : { 'Content-Type': file.type, 'Content-Length': file.content.length }),
    });
    response.end(isKnown || request.method === 'HEAD' ? undefined : file.content);
  };
}
