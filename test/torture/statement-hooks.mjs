import { createRequire } from 'node:module';

/**
 * Calls back right before a statement goes to the database and right after its result has come, below TypeORM: in the
 * drivers, so that no statement gets past it, however it is made.
 */

const require = createRequire(import.meta.url);

/** @returns what has to be added to the options of a data source. */
export function watchStatements(type, hooks) {
  switch (type) {
    case 'postgres':
      watchMethods(require('pg').Client.prototype, ['query'], hooks);
      return { driver: require('pg') };
    case 'mariadb':
      watchMethods(require('mysql2').Connection.prototype, ['query', 'execute'], hooks);
      return { driver: require('mysql2') };
    default:
      return { driver: watchedLibsql(hooks) };
  }
}

/** Methods that are given SQL and answer by a callback, the last parameter, or else by a promise. */
function watchMethods(prototype, names, { before, after }) {
  for (const name of names) {
    const original = prototype[name];
    prototype[name] = function (statement, ...rest) {
      const sql = typeof statement === 'string' ? statement : (statement.text ?? statement.sql ?? '');
      before(sql);
      const callback = rest.at(-1);
      if (typeof callback === 'function') {
        rest[rest.length - 1] = function (...results) {
          after(sql);
          return callback.apply(this, results);
        };
        return original.call(this, statement, ...rest);
      }
      const result = original.call(this, statement, ...rest);
      if (typeof result?.then !== 'function') return result;
      return result.then((value) => {
        after(sql);
        return value;
      });
    };
  }
}

/** A statement in a transaction has come to its end when that is committed. */
function watchedLibsql({ before, after }) {
  const Libsql = require('libsql');
  return function open(...parameters) {
    const connection = new Libsql(...parameters);
    const prepare = connection.prepare.bind(connection);
    const exec = connection.exec.bind(connection);
    const uncommitted = [];
    connection.exec = (sql) => {
      before(sql);
      const result = exec(sql);
      if (!connection.inTransaction) for (const each of uncommitted.splice(0)) after(each);
      return result;
    };
    connection.prepare = (sql) => {
      const statement = prepare(sql);
      for (const name of ['run', 'all', 'get']) {
        const original = statement[name].bind(statement);
        statement[name] = (...values) => {
          before(sql);
          const result = original(...values);
          if (connection.inTransaction) uncommitted.push(sql);
          else after(sql);
          return result;
        };
      }
      return statement;
    };
    return connection;
  };
}
