import { refTo, TEXT } from './document.js';
import { failure, type Answer, type DescribeEndpoint } from './endpoint.js';
import { object, only } from './schemas.js';

const NOT_SIGNED_IN: Answer = {
  description: 'Nobody is signed in.',
  schema: refTo('schemas', 'TokenAuthRefusal'),
};

/** The list of clients, by method and path below the realm's own. */
export const CLIENT_ENDPOINTS: Record<string, DescribeEndpoint> = {
  'get clients': () => ({
    id: 'listClients',
    summary: 'List the clients that are signed in',
    client: 'needed',
    answers: {
      200: {
        description: 'All clients of the user.',
        schema: object({ success: only(true), data: { type: 'array', items: refTo('schemas', 'TokenAuthClient') } }),
        hasToken: true,
      },
      401: NOT_SIGNED_IN,
    },
  }),
  'delete clients': () => ({
    id: 'endOtherClients',
    summary: 'Sign all other clients out',
    client: 'needed',
    answers: {
      200: {
        description: 'They have ended.',
        schema: object({ success: only(true), data: object({ ended: { type: 'integer' } }) }),
        hasToken: true,
      },
      401: NOT_SIGNED_IN,
      404: failure('The client that asks has ended meanwhile.'),
    },
  }),
  'delete clients/{id}': () => ({
    id: 'endClient',
    summary: 'Sign a client out',
    client: 'needed',
    path: { id: { description: 'From the list of clients.', schema: TEXT } },
    answers: {
      200: { description: 'The client has ended.', schema: object({ success: only(true) }), hasToken: true },
      401: NOT_SIGNED_IN,
      404: failure('There is no such client.', { hasToken: true }),
    },
  }),
};
