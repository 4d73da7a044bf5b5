import {
  getAdapter,
  isAxiosError,
  type AxiosAdapter,
  type AxiosInstance,
  type InternalAxiosRequestConfig,
} from 'axios';
import type { Exchange } from '../exchanges.js';
import type { TokenAuthClient } from '../types.js';

type Client = Pick<TokenAuthClient<unknown>, 'begin'>;
type Response = Awaited<ReturnType<AxiosAdapter>>;

/** Adapters that know the tokens already: of requests that an application sends again by their `config`. */
const ours = new WeakSet<AxiosAdapter>();

/**
 * Lets an axios instance send the tokens of a client, and follow them. Requests to other places stay as they are.
 *
 * It works next to the wire, in the request's `adapter`: what other interceptors do, and whether they fail, is no concern of it.
 *
 * @returns a function that takes it off again.
 */
export function attachTokenAuth(client: Client, instance: AxiosInstance): () => void {
  const interceptor = instance.interceptors.request.use((config) => {
    const adapter = getAdapter(config.adapter, config);
    if (!ours.has(adapter)) {
      config.adapter = async (each) => await send(client, instance.getUri(each), adapter, each);
      ours.add(config.adapter);
    }
    return config;
  });
  return () => instance.interceptors.request.eject(interceptor);
}

async function send(
  client: Client,
  url: string,
  adapter: AxiosAdapter,
  config: InternalAxiosRequestConfig,
  isRepeated = false,
): Promise<Response> {
  const exchange = await client.begin(url);
  if (exchange === null) return await adapter(config);
  config.headers.set(exchange.headers);
  keepWithin(config, url, Object.keys(exchange.headers));
  const [response, fault] = await adapter(config).then(
    (answer) => [answer, null] as const,
    (error: unknown) => [isAxiosError(error) ? error.response : undefined, error] as const,
  );
  const verdict = await tell(exchange, response);
  if (verdict === 'retry' && !isRepeated && canBeSentAgain(config.data)) {
    return await send(client, url, adapter, config, true);
  }
  if (fault !== null || response === undefined) throw fault;
  return response;
}

async function tell(exchange: Exchange, response: Response | undefined): Promise<'done' | 'retry'> {
  if (response === undefined) return await exchange.finish(null);
  const get = (name: string): string | null => {
    const value: unknown = response.headers[name.toLowerCase()];
    return typeof value === 'string' ? value : null;
  };
  return await exchange.finish({ status: response.status, headers: { get } });
}

/** In Node, axios follows redirects by itself, with all headers: the tokens stay with their origin. */
function keepWithin(config: InternalAxiosRequestConfig, url: string, names: readonly string[]): void {
  const { beforeRedirect } = config;
  config.beforeRedirect = (options, ...details) => {
    if (new URL(options['href'] as string).origin !== new URL(url).origin) {
      const headers = options['headers'] as Record<string, unknown>;
      for (const name of Object.keys(headers)) {
        if (names.some((each) => each.toLowerCase() === name.toLowerCase())) delete headers[name];
      }
    }
    beforeRedirect?.(options, ...details);
  };
}

/** Whether a body can be read twice: a stream cannot. */
function canBeSentAgain(body: unknown): boolean {
  return typeof body !== 'object' || body === null || !('getReader' in body || 'pipe' in body);
}
