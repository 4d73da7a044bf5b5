import { createRequire } from 'node:module';

/**
 * Notes every statement that TypeORM's driver sends to PostgreSQL, whoever made it: its text, the values of its last call,
 * how often it was sent, and how long it took at most, in ms.
 */
export function logStatements() {
  // The driver that TypeORM loads, not the benchmark's own.
  const { Client } = createRequire(import.meta.resolve('typeorm'))('pg');
  const { query } = Client.prototype;
  const statements = new Map();
  Client.prototype.query = function (statement, ...others) {
    const text = typeof statement === 'string' ? statement : statement.text;
    const values = statement.values ?? (Array.isArray(others[0]) ? others[0] : []);
    const noted = statements.get(text) ?? { text, count: 0, longest: 0 };
    statements.set(text, noted);
    Object.assign(noted, { values, count: noted.count + 1 });
    const start = performance.now();
    const answer = Reflect.apply(query, this, [statement, ...others]);
    const done = () => (noted.longest = Math.max(noted.longest, performance.now() - start));
    if (typeof answer?.then === 'function') answer.then(done, done);
    return answer;
  };
  return {
    /** What was sent since the last call. */
    take() {
      const taken = [...statements.values()];
      statements.clear();
      return taken;
    },
  };
}
