import { TEXT, type SchemaObject } from './document.js';

/** What "Try it out" begins with. */
export const EXAMPLE = { email: 'ada@example.com', password: 'correct horse battery' };
export const EXAMPLE_URL = 'https://app.example.com/';

export const CONFIG_NAME: SchemaObject = {
  ...TEXT,
  description: 'A label that the link of the mail carries, for pages with several kinds of users.',
};
