import { createElement } from 'react';
import { renderToString } from 'react-dom/server';
import { createTokenAuthClient } from 'nestjs-token-auth/client';
import { useTokenAuth } from 'nestjs-token-auth/client/react';
import { expect, it } from 'vitest';

function Greeting({ user }: { user: { email: string } | null }) {
  const state = useTokenAuth(client, user);
  return createElement('p', null, JSON.stringify(state));
}

const client = createTokenAuthClient<{ email: string }>({ baseUrl: 'http://127.0.0.1:9' });

/** What a server renders. */
function rendered(user: { email: string } | null): unknown {
  const html = renderToString(createElement(Greeting, { user }));
  return JSON.parse(html.replace(/<\/?p>/g, '').replaceAll('&quot;', '"'));
}

it('renders for nobody on a server, unless it is told for whom', () => {
  expect(rendered(null)).toEqual({ user: null, isSignedIn: false, isReady: false });
  const user = { email: 'ada@example.com' };
  expect(rendered(user)).toEqual({ user, isSignedIn: true, isReady: false });
});
