import type { DataSource, EntityMetadata } from 'typeorm';
import type { ColumnMetadata } from 'typeorm/metadata/ColumnMetadata.js';
import { isStoredAsItIs } from './columns.js';
import { escapedPath } from './escaped-path.js';

/** A statement with its values. */
export interface Update {
  readonly sql: string;
  readonly parameters: unknown[];
}

/** What a term of a statement does with a column: sets it, or compares it. */
type Role = 'set' | '=' | '<=';

/** A term of a statement after those before it; the last one of a statement keeps its text. */
interface Term {
  readonly column: ColumnMetadata | null;
  readonly isConverted: boolean;
  readonly role: Role;
  readonly before: Term | null;
  readonly next: Readonly<Record<Role, Map<string, Term>>>;
  sql?: string;
}

/** `UPDATE` statements on the table of an entity: each text is made once, and found again term by term. */
export class UpdateTexts {
  private readonly start = termAfter(null, null, 'set');

  constructor(
    private readonly dataSource: DataSource,
    private readonly metadata: EntityMetadata,
  ) {}

  /** `UPDATE … SET values` where columns have these values, and others at most those; all by names of properties. */
  update(values: object, equal: object, atMost: object = {}): Update {
    const parameters: unknown[] = [];
    let last = this.take(this.start, 'set', values, parameters);
    last = this.take(last, '=', equal, parameters);
    last = this.take(last, '<=', atMost, parameters);
    return { sql: (last.sql ??= this.textOf(last)), parameters };
  }

  private take(last: Term, role: Role, values: object, parameters: unknown[]): Term {
    let term = last;
    for (const property of Object.keys(values)) {
      const known = term.next[role];
      let next = known.get(property);
      if (next === undefined) known.set(property, (next = termAfter(term, this.columnOf(property), role)));
      const value = (values as Record<string, unknown>)[property];
      parameters.push(next.isConverted ? this.converted(value, next) : value);
      term = next;
    }
    return term;
  }

  private converted(value: unknown, { column }: Term): unknown {
    return this.dataSource.driver.preparePersistentValue(value, column as ColumnMetadata);
  }

  private columnOf(property: string): ColumnMetadata {
    return this.metadata.findColumnWithPropertyName(property) as ColumnMetadata;
  }

  private textOf(last: Term): string {
    const { driver } = this.dataSource;
    const terms: Term[] = [];
    for (let term = last; term.before !== null; term = term.before) terms.unshift(term);
    const texts = terms.map(({ column, role }, index) => {
      const { databaseName, propertyName } = column as ColumnMetadata;
      const operator = role === 'set' ? '=' : role;
      return `${driver.escape(databaseName)} ${operator} ${driver.createParameter(propertyName, index)}`;
    });
    const first = terms.findIndex(({ role }) => role !== 'set');
    const [set, where] = [texts.slice(0, first).join(', '), texts.slice(first).join(' AND ')];
    return `UPDATE ${escapedPath(driver, this.metadata.tablePath)} SET ${set} WHERE ${where}`;
  }
}

function termAfter(before: Term | null, column: ColumnMetadata | null, role: Role): Term {
  const isConverted = column !== null && !isStoredAsItIs(column);
  return { before, column, isConverted, role, next: { set: new Map(), '=': new Map(), '<=': new Map() } };
}
