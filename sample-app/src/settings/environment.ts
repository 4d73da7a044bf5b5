import type { Reader } from './readers.js';

/** The environment variables. Reads one after the other and collects what is wrong with them. */
export class Environment {
  readonly faults: string[] = [];

  constructor(private readonly variables: NodeJS.ProcessEnv) {}

  /** The names of the variables that are set; an empty one counts as not set. */
  get names(): string[] {
    return Object.keys(this.variables).filter((name) => this.variables[name] !== '');
  }

  read<V>(name: string, reader: Reader<V>): V | undefined {
    const value = this.variables[name];
    if (value === undefined || value === '') return undefined;
    try {
      return reader(value);
    } catch (error) {
      this.faults.push(`${name} ${(error as Error).message}`);
      return undefined;
    }
  }
}
