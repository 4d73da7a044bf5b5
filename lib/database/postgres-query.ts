/** A statement as pg is asked for it, but for its values. */
export interface PostgresStatement {
  /** The name that a connection keeps it under; without one it is taken apart each time. */
  readonly name?: string;
  readonly text: string;
  readonly rowMode?: 'array';
}

export interface PostgresQuery extends PostgresStatement {
  readonly values: unknown[];
}

/** A client of pg, as far as its class tells what its queries are. */
interface Client {
  readonly constructor: { readonly Query?: new (statement: PostgresStatement, values: unknown[]) => PreparedQuery };
}

interface PreparedQuery extends PostgresQuery {
  readonly _result?: Partial<ListResult>;
}

interface ListResult {
  fields: readonly Field[];
  _parsers: unknown[];
  /** Those of the client, which it sets as it takes the query. */
  readonly _types?: { getTypeParser(type: number, format: string): unknown };
  addFields(fields: readonly Field[]): void;
}

interface Field {
  readonly dataTypeID: number;
  readonly format?: string;
}

/**
 * A query of this client, without the work that pg does each time for anybody: it copies what it is asked for, and makes an
 * object with all names of a row, which rows as lists have no use for. Where pg is another than the known one, as with
 * pg-native, it is asked in its common way.
 */
export function queryOf(client: object, statement: PostgresStatement, values: unknown[]): PostgresQuery {
  const { Query } = (client as Client).constructor;
  // Only an object's own properties are copied, which takes as long as two digests.
  const query = Query && new Query(Object.create(statement) as PostgresStatement, values);
  if (typeof query?._result?.addFields !== 'function') return { ...statement, values };
  if (statement.rowMode === 'array') query._result.addFields = addFields;
  return query;
}

function addFields(this: ListResult, fields: readonly Field[]): void {
  const { _types: types } = this;
  if (types === undefined) return (Object.getPrototypeOf(this) as ListResult).addFields.call(this, fields);
  this.fields = fields;
  this._parsers = fields.map(({ dataTypeID, format }) => types.getTypeParser(dataTypeID, format ?? 'text'));
}
