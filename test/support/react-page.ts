// Runs in a browser: shows what the hook tells, and how often it was asked. The page has been rendered by a server.
import { createElement, useRef } from 'react';
import { hydrateRoot } from 'react-dom/client';
import { createTokenAuthClient } from 'nestjs-token-auth/client';
import { useTokenAuth } from 'nestjs-token-auth/client/react';

const client = createTokenAuthClient({ baseUrl: '/' });

function State() {
  const { user, isSignedIn, isReady } = useTokenAuth(client);
  const renders = useRef(0);
  renders.current++;
  return createElement(
    'output',
    { 'data-renders': renders.current, suppressHydrationWarning: true },
    `${user?.email ?? 'nobody'} ${isSignedIn} ${isReady}`,
  );
}

const faults: unknown[] = [];
const root = (globalThis as any).document.getElementById('root');
hydrateRoot(root, createElement(State), { onRecoverableError: (error) => faults.push(String(error)) });
Object.assign(globalThis, { client, faults });
