import { nullable, TEXT, type Parameter, type Schema, type SchemaObject } from './document.js';

const TEXTS: SchemaObject = { type: 'array', items: TEXT };

/** An object of which everything is there. */
export function object(properties: Record<string, Schema>, optional: readonly string[] = []): SchemaObject {
  const required = Object.keys(properties).filter((name) => !optional.includes(name));
  return { type: 'object', properties, ...(required.length > 0 ? { required } : {}) };
}

export const only = (value: unknown): SchemaObject => ({ type: typeof value, enum: [value] });

const CODE: SchemaObject = { ...TEXT, description: 'Stable, for programs: the texts may be in another language.' };
const STATUS: SchemaObject = { ...only('error'), description: 'Endpoints that change an account say it so.' };
const DATA: SchemaObject = nullable({
  type: 'object',
  additionalProperties: true,
  description: 'The account as it would have been.',
});

/** The schemas that all realms share. */
const SCHEMAS: Record<string, SchemaObject> = {
  TokenAuthFailure: {
    ...object({ success: only(false), errors: TEXTS, code: CODE, status: STATUS, data: DATA }, ['status', 'data']),
    description: 'Why it could not be done.',
  },
  TokenAuthInvalid: {
    ...object(
      {
        success: only(false),
        status: STATUS,
        data: DATA,
        errors: {
          type: 'object',
          properties: { full_messages: { ...TEXTS, description: 'All of it, in sentences.' } },
          required: ['full_messages'],
          additionalProperties: TEXTS,
          description: 'What is wrong with each attribute, in words that follow its name.',
        },
        code: CODE,
        error_codes: { type: 'object', additionalProperties: TEXTS, description: 'The same in codes.' },
      },
      ['success', 'status', 'data'],
    ),
    description: 'What is wrong with what was sent.',
  },
  TokenAuthRefusal: { ...object({ errors: TEXTS, code: CODE }), description: 'Why the request was refused.' },
  TokenAuthClient: {
    ...object({
      id: { ...TEXT, description: 'Names the client here alone: it is not what the client sends.' },
      created_at: { ...TEXT, format: 'date-time' },
      last_used_at: { ...TEXT, format: 'date-time' },
      ip: nullable(TEXT),
      user_agent: nullable(TEXT),
      current: { type: 'boolean', description: 'Whether it is the one that asks.' },
    }),
    description: 'A device or browser that is signed in.',
  },
};

/** Any value asks for it, also in a body. */
const UNBATCH: Parameter = {
  name: 'unbatch',
  in: 'query',
  required: false,
  description: 'With any value: let the token change although others are sent with it at this time.',
  schema: TEXT,
};

/** What the document has once. */
export const SHARED_COMPONENTS = { schemas: SCHEMAS, parameters: { TokenAuthUnbatch: UNBATCH } };
