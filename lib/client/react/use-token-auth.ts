import { useCallback, useEffect, useState, useSyncExternalStore } from 'react';
import type { TokenAuthClient } from '../types.js';

/** What {@link useTokenAuth} tells of a client. */
export interface TokenAuthState<U> {
  /** The last known user; null where nobody is signed in, and until the session has been looked up. */
  readonly user: U | null;
  readonly isSignedIn: boolean;
  /** Whether the session has been looked up: until then nobody should be sent to a page to sign in. False on a server. */
  readonly isReady: boolean;
}

type Client<U> = Pick<TokenAuthClient<U>, 'user' | 'isSignedIn' | 'ready' | 'onChange'>;

/**
 * Tells who is signed in, and renders anew when that changes, in whatever tab.
 *
 * @param client - one for the whole application, made outside of components.
 * @param serverUser - whom the page was rendered for on a server, so that the browser begins with the same. Default null: the
 * server renders for nobody, and the browser looks after that.
 */
export function useTokenAuth<U>(client: Client<U>, serverUser: U | null = null): TokenAuthState<U> {
  const subscribe = useCallback((listener: () => void) => client.onChange(listener), [client]);
  const user = useSyncExternalStore(
    subscribe,
    () => client.user,
    () => serverUser,
  );
  const isSignedIn = useSyncExternalStore(
    subscribe,
    () => client.isSignedIn,
    () => serverUser !== null,
  );
  const [readyClient, setReadyClient] = useState<Client<U> | null>(null);
  useEffect(() => {
    let isMounted = true;
    void client.ready.then(() => {
      if (isMounted) setReadyClient(client);
    });
    return () => {
      isMounted = false;
    };
  }, [client]);
  return { user, isSignedIn, isReady: readyClient === client };
}
