// What the client adds to a page, as its bundler and its server deliver it; and that the README says so.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { brotliCompressSync, gzipSync } from 'node:zlib';
import { build } from 'esbuild';
import { root } from './lib.mjs';

/** In kB of 1000 bytes, compressed by gzip: beyond it, something that is not needed has got in. */
const LIMIT = 5.5;

/** The sizes of what a page gets that imports this from the built entry. */
async function measure(what) {
  const { outputFiles } = await build({
    stdin: { contents: `export ${what} from './dist/client/index.js';`, resolveDir: root },
    bundle: true,
    minify: true,
    format: 'esm',
    target: 'es2022',
    write: false,
  });
  const [{ contents }] = outputFiles;
  const sizes = { gzip: gzipSync(contents, { level: 9 }).length, brotli: brotliCompressSync(contents).length };
  const said = Object.entries(sizes).map(([name, size]) => `${name} ${(size / 1000).toFixed(1)} kB`);
  console.log(`${what}: ${contents.length} bytes minified, ${said.join(', ')}`);
  return (sizes.gzip / 1000).toFixed(1);
}

await measure('*');
const size = await measure('{ createTokenAuthClient }');

const [, said] =
  /\*\*([\d.]+) kB\*\* minified and compressed/.exec(readFileSync(join(root, 'README.md'), 'utf8')) ?? [];
if (said !== size) throw new Error(`README.md has to say that the client has **${size} kB**, not ${said}.`);
if (Number(size) > LIMIT) throw new Error(`The client is larger than ${LIMIT} kB.`);
