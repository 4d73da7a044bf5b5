import { createRequire } from 'node:module';
import { join } from 'node:path';

// What the Nest CLI brings along, as the project has it. This package does not depend on any of it, and a package
// manager that is strict shows a package nothing else.
const ofProject = createRequire(join(process.cwd(), 'package.json'));
const ofSchematics = createRequire(ofProject.resolve('@nestjs/schematics'));

export const { MetadataManager } = ofProject('@nestjs/schematics') as typeof import('@nestjs/schematics');
export const { NodePackageInstallTask } = ofSchematics(
  '@angular-devkit/schematics/tasks',
) as typeof import('@angular-devkit/schematics/tasks/index.js');
export const typescript = ofSchematics('typescript') as typeof import('typescript');
