import { MetadataManager, typescript as ts } from './project-tools.js';

/** The source of a root module, edited as Nest's own schematics do it. */
export class RootModule {
  constructor(private source: string) {}

  /** The edited source. */
  get text(): string {
    return this.source;
  }

  /** Whether it uses a name, as for a module that it imports already. */
  uses(name: string): boolean {
    const file = this.parse();
    const visit = (node: import('typescript').Node): boolean =>
      (ts.isIdentifier(node) && node.text === name) || (ts.forEachChild(node, visit) ?? false);
    return visit(file);
  }

  /** Adds modules to the imports of `@Module()`; false where there is no list to add to, and nothing has been changed. */
  import(modules: readonly string[]): boolean {
    const manager = new MetadataManager(this.source);
    const block = `\n    ${modules.join(',\n    ')},\n  `;
    const asOnly = manager.insert('imports', block);
    const isOnly = asOnly?.includes(`[${block}]`) === true;
    const edited = isOnly ? asOnly : manager.insert('imports', modules.join(',\n    '));
    if (edited === undefined || edited === this.source) return false;
    this.source = edited;
    return true;
  }

  /** Adds a statement after the last import. */
  addImport(statement: string): void {
    const last = this.parse().statements.findLast((node) => ts.isImportDeclaration(node));
    const at = last?.getEnd() ?? 0;
    this.source = `${this.source.slice(0, at)}${at > 0 ? '\n' : ''}${statement}${at > 0 ? '' : '\n'}${this.source.slice(at)}`;
  }

  private parse(): import('typescript').SourceFile {
    return ts.createSourceFile('app.module.ts', this.source, ts.ScriptTarget.Latest);
  }
}
