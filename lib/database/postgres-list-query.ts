/** What pg is asked for. */
export interface PostgresQuery {
  /** The name that a connection keeps the statement under; without one it is taken apart each time. */
  readonly name?: string;
  readonly text: string;
  readonly values: unknown[];
  readonly rowMode?: 'array';
}

/** A client of pg, as far as its class tells what its queries are. */
interface Client {
  readonly constructor: { readonly Query?: new (query: PostgresQuery) => PreparedQuery };
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
 * The same query, whose rows come as lists, for this client: pg makes an object with all names of a row for each answer, which
 * lists have no use for. Where pg is another than the known one, as with pg-native, the query stays as it is.
 */
export function listQuery(client: object, query: PostgresQuery): PostgresQuery {
  const { Query } = (client as Client).constructor;
  if (Query === undefined) return query;
  const prepared = new Query(query);
  if (typeof prepared._result?.addFields !== 'function') return query;
  prepared._result.addFields = addFields;
  return prepared;
}

function addFields(this: ListResult, fields: readonly Field[]): void {
  const { _types: types } = this;
  if (types === undefined) return (Object.getPrototypeOf(this) as ListResult).addFields.call(this, fields);
  this.fields = fields;
  this._parsers = fields.map(({ dataTypeID, format }) => types.getTypeParser(dataTypeID, format ?? 'text'));
}
