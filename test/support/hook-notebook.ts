import { Body, Controller, Global, Inject, Injectable, Module, Post, Req, Res } from '@nestjs/common';
import {
  Public,
  SessionOpener,
  TokenAuthHooks,
  type DeletionAttempt,
  type IncomingRequest,
  type PasswordAttempt,
  type SignInAttempt,
  type SignUpAttempt,
  type UpdateAttempt,
} from 'nestjs-token-auth';
import { DataSource } from 'typeorm';
import { User, type TestApp } from './app.js';

/** What hooks have been asked, and what they are to answer. */
@Injectable()
export class Notebook {
  readonly asked: [string, any][] = [];
  /** Looks at each question; may throw, and may take its time. */
  answer: (hook: string, attempt: any) => unknown = () => undefined;

  async ask(hook: string, attempt: object): Promise<void> {
    this.asked.push([hook, attempt]);
    await this.answer(hook, attempt);
  }
}

/** Global, because hooks are made inside the module of the library. */
@Global()
@Module({ providers: [Notebook], exports: [Notebook] })
export class NotebookModule {}

@Injectable()
export class AskedHooks extends TokenAuthHooks<User> {
  constructor(@Inject(Notebook) private readonly notebook: Notebook) {
    super();
  }

  override async beforeSignUp(attempt: SignUpAttempt<User>) {
    await this.notebook.ask('beforeSignUp', attempt);
  }
  override async beforeSignIn(attempt: SignInAttempt<User>) {
    await this.notebook.ask('beforeSignIn', attempt);
  }
  override async beforeUpdate(attempt: UpdateAttempt<User>) {
    await this.notebook.ask('beforeUpdate', attempt);
  }
  override async beforePasswordChange(attempt: PasswordAttempt<User>) {
    await this.notebook.ask('beforePasswordChange', attempt);
  }
  override async beforeDeletion(attempt: DeletionAttempt<User>) {
    await this.notebook.ask('beforeDeletion', attempt);
  }
}

/** A way of signing in of the application's own. */
@Controller('open')
export class OpenController {
  constructor(
    @Inject(SessionOpener) private readonly sessions: SessionOpener,
    @Inject(DataSource) private readonly dataSource: DataSource,
  ) {}

  @Public()
  @Post()
  async open(
    @Body() { email }: { email: string },
    @Req() request: IncomingRequest,
    @Res({ passthrough: true }) response: object,
  ) {
    const user = await this.dataSource.getRepository(User).findOneByOrFail({ email });
    await this.sessions.open(user, request, response);
    return { ok: true };
  }
}

/** Everything that an application has in its database, by table. */
export async function contents({ dataSource }: TestApp): Promise<Record<string, string[]>> {
  const tables: Record<string, string[]> = {};
  for (const { tablePath, tableName } of dataSource.entityMetadatas) {
    const escaped = tablePath.split('.').map((name) => dataSource.driver.escape(name));
    const rows = await dataSource.query<object[]>(`SELECT * FROM ${escaped.join('.')}`);
    tables[tableName] = rows.map((row) => JSON.stringify(row)).sort();
  }
  return tables;
}
