import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, extname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

export interface PageFile {
  readonly type: string;
  readonly content: Buffer;
  readonly etag: string;
}

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.svg': 'image/svg+xml',
};

/** What is written by hand, and what the compiler has made of `web/src`. */
const STATIC = fileURLToPath(new URL('../../web/public', import.meta.url));
const SCRIPTS = fileURLToPath(new URL('../web', import.meta.url));

/** The files of the page by their paths. Only these are served, so no path leads anywhere else. */
export function readPageFiles(): { files: Map<string, PageFile>; importMapHash: string } {
  if (!existsSync(SCRIPTS)) throw new Error('The page has not been built: npm run build');
  const client = dirname(fileURLToPath(import.meta.resolve('nestjs-token-auth/client')));
  const files = new Map([...under(STATIC, '/page'), ...under(SCRIPTS, '/page'), ...under(client, '/page/client')]);
  const index = files.get('/page/index.html');
  if (index === undefined) throw new Error(`There is no index.html in ${STATIC}.`);
  files.delete('/page/index.html');
  files.set('/', index);
  return { files, importMapHash: importMapHashOf(index.content.toString()) };
}

function under(folder: string, path: string): [string, PageFile][] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry): [string, PageFile][] => {
    const from = join(folder, entry.name);
    const to = `${path}/${entry.name}`;
    if (entry.isDirectory()) return under(from, to);
    const type = TYPES[extname(entry.name)];
    return type === undefined ? [] : [[to, fileOf(from, type)]];
  });
}

function fileOf(from: string, type: string): PageFile {
  const content = readFileSync(from);
  return { type, content, etag: `"${createHash('sha256').update(content).digest('base64url').slice(0, 22)}"` };
}

function importMapHashOf(html: string): string {
  const [, importMap = ''] = /<script type="importmap">([^]*?)<\/script>/.exec(html) ?? [];
  return `sha256-${createHash('sha256').update(importMap).digest('base64')}`;
}
