/** Bundles a program into a file: in a process of its own, because the bundler keeps half a gigabyte until its process ends. */
import { rolldown } from 'rolldown';

const [, , input, file] = process.argv;
/** Packages with native parts, and those that the watched drivers must share with TypeORM. */
const OUTSIDE = /^(?:libsql|pg|mysql2)(?:\/|$)/;

const build = await rolldown({ input, platform: 'node', external: OUTSIDE, logLevel: 'silent' });
await build.write({ file, format: 'cjs', codeSplitting: false });
await build.close();
