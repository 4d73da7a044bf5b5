import type { Rule, SchematicContext, Tree } from '@angular-devkit/schematics';
import { NodePackageInstallTask } from './project-tools.js';
import { Project } from './project.js';
import { RootModule } from './root-module.js';

type Logger = SchematicContext['logger'];

/** What `nest add nestjs-token-auth` takes. */
export interface NestAddOptions {
  /** The folder of app.module.ts; `src` by default. */
  readonly sourceRoot?: string;
  /** Writes package.json without installing what it names. */
  readonly skipInstall?: boolean;
}

const USER_ENTITY = `import { TokenAuthUser } from 'nestjs-token-auth';
import { Column, Entity } from 'typeorm';

@Entity()
export class User extends TokenAuthUser {
  @Column({ type: 'varchar', default: '' })
  name!: string;
}
`;

const DATA_SOURCE = `TypeOrmModule.forRoot({
      type: 'better-sqlite3',
      driver: Database,
      database: 'app.sqlite',
      autoLoadEntities: true,
      // Makes the tables by itself. In production take migrations: tokenAuthMigrations(User).
      synchronize: true,
    })`;

const TOKEN_AUTH = 'TokenAuthModule.forRoot({ userEntity: User })';

const NEXT_STEPS = `Try it: npm start, and then

  curl -i http://localhost:3000/auth -H 'content-type: application/json' \\
    -d '{"email":"ada@example.com","password":"correct horse"}'

  curl -i http://localhost:3000/auth/validate_token \\
    -H 'access-token: …' -H 'client: …' -H 'uid: ada@example.com'      (from the answer above)

Guard your controllers with @UseGuards(TokenAuthGuard), and take @CurrentUser() user: User.`;

/** Sets a project up for this module. What is there already is left as it is, so it can run again. */
export function nestAdd({ sourceRoot = 'src', skipInstall = false }: NestAddOptions): Rule {
  return (tree: Tree, context: SchematicContext) => {
    const { logger } = context;
    const project = new Project(tree);
    const setup = setupOf(project.mentions(`/${sourceRoot}`, 'TypeOrmModule.forRoot'), project.isEsm);
    addUser(tree, logger, `/${sourceRoot}/users/user.entity.ts`);
    register(tree, logger, `/${sourceRoot}/app.module.ts`, setup);
    const added = project.depend(setup.packages);
    if (added.length > 0 && skipInstall) logger.info(`Install what package.json names now: ${added.join(', ')}.`);
    else if (added.length > 0) {
      context.addTask(new NodePackageInstallTask({ packageManager: project.packageManager }));
    }
    logger.info(NEXT_STEPS);
  };
}

/** What the root module needs, and the packages for it. */
interface Setup {
  readonly hasDataSource: boolean;
  readonly packages: readonly string[];
  readonly statements: readonly string[];
  readonly modules: readonly string[];
}

function setupOf(hasDataSource: boolean, isEsm: boolean): Setup {
  const packages = ['nestjs-token-auth', '@nestjs/typeorm', 'typeorm'];
  const statements = [
    `import { TokenAuthModule } from 'nestjs-token-auth';`,
    `import { User } from './users/user.entity${isEsm ? '.js' : ''}';`,
  ];
  if (hasDataSource) return { hasDataSource, packages, statements, modules: [TOKEN_AUTH] };
  const ofDataSource = [`import { TypeOrmModule } from '@nestjs/typeorm';`, `import Database from 'libsql';`];
  return {
    hasDataSource,
    packages: [...packages, 'libsql'],
    statements: [...ofDataSource, ...statements],
    modules: [DATA_SOURCE, TOKEN_AUTH],
  };
}

function addUser(tree: Tree, logger: Logger, path: string): void {
  if (!tree.exists(path)) tree.create(path, USER_ENTITY);
  else if (!tree.readText(path).includes('TokenAuthUser')) {
    logger.warn(`${path} is there already: let its class User extend TokenAuthUser of nestjs-token-auth.`);
  }
}

function register(tree: Tree, logger: Logger, path: string, { hasDataSource, statements, modules }: Setup): void {
  const module = tree.exists(path) ? new RootModule(tree.readText(path)) : null;
  if (module?.uses('TokenAuthModule') === true) return logger.info(`${path} has TokenAuthModule already.`);
  if (hasDataSource) {
    logger.info('Your data source needs autoLoadEntities: true, or entities: [...entitiesFor(User), …].');
  }
  if (module?.import(modules) !== true) {
    const lines = [...statements, '', '  imports: [', `    ${modules.join(',\n    ')},`, '  ]'];
    return logger.warn(`${path} could not be edited. Add this to your root module:\n\n${lines.join('\n')}\n`);
  }
  for (const statement of statements) module.addImport(statement);
  tree.overwrite(path, module.text);
}
