import { faultsIn } from './errors.js';

/** How the application is set up, as `GET /demo/setup` tells. */
export interface Setup {
  readonly auth_path: string;
  readonly cookies: boolean;
  readonly rotates: boolean;
  readonly confirmable: boolean;
  readonly lockable: boolean;
  readonly mails: boolean;
  readonly inbox: boolean;
  readonly docs: boolean;
  readonly changeable: boolean;
  readonly provider: string | null;
  readonly options: Options;
}

/** The options that the page has switches for; the buffer in ms. */
export interface Options {
  readonly batchResponse: 'blank' | 'repeat' | 'omit';
  readonly lostResponse: 'strict' | 'forgiving';
  readonly batchRequestBufferThrottle: number;
}

export async function readSetup(): Promise<Setup> {
  const response = await fetch('/demo/setup');
  if (!response.ok) throw new Error(`The application answered ${response.status}.`);
  return ((await response.json()) as { data: Setup }).data;
}

/** Has the application built anew with these options. */
export async function changeOptions(options: Options): Promise<void> {
  const response = await fetch('/demo/options', {
    method: 'PUT',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(options),
  });
  if (!response.ok) throw new Error(await faultsIn(response));
}
