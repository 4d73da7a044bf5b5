import { existsSync } from 'node:fs';
import { chromium, type Browser } from 'playwright-core';

/** Where Linux distributions install it. */
const PLACES = ['/usr/bin/chromium', '/usr/bin/chromium-browser'];

/** The browser that tests run in; undefined where there is none. */
export const CHROMIUM = PLACES.find((place) => existsSync(place));

/** Starts it without a window, and without calls to anybody. */
export async function startChromium(): Promise<Browser> {
  return await chromium.launch({
    ...(CHROMIUM === undefined ? {} : { executablePath: CHROMIUM }),
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
  });
}
