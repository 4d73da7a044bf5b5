import { existsSync, readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { describe, expect, it } from 'vitest';
import { pages, root } from '../support/examples.js';

const linked = [...pages(), 'sample-app/README.md', 'bench/README.md', 'SECURITY.md', 'CHANGELOG.md'];

/** A page without its code blocks, in which nothing is a link or a heading. */
const textOf = (page: string) => readFileSync(join(root, page), 'utf8').replace(/^```[^]*?^```$/gm, '');

/** The targets of the links of a page that lead into this repository. */
function linksOf(page: string): string[] {
  const targets = [...textOf(page).matchAll(/\]\(([^)\s]+)\)/g)].map(([, target = '']) => target);
  return targets.filter((target) => !/^\w+:/.test(target));
}

/** The anchors that GitHub makes of the headings of a page. */
function anchorsOf(page: string): string[] {
  const headings = [...textOf(page).matchAll(/^#+ (.+)$/gm)].map(([, heading = '']) => heading);
  return headings.map((heading) =>
    heading
      .toLowerCase()
      .replace(/[^\p{L}\p{N}_ -]/gu, '')
      .replaceAll(' ', '-'),
  );
}

/** Whether there is what a link of a page leads to. */
function leadsSomewhere(page: string, target: string): boolean {
  const [path = '', anchor] = target.split('#');
  const file = path === '' ? page : normalize(join(dirname(page), path));
  if (!existsSync(join(root, file))) return false;
  return anchor === undefined || anchorsOf(file).includes(anchor);
}

describe('links between the pages', () => {
  it.each(linked)('lead somewhere: %s', (page) => {
    expect(linksOf(page).filter((target) => !leadsSomewhere(page, target))).toEqual([]);
  });

  it('reach every page of docs/ from the README', () => {
    const docs = pages().filter((page) => page.startsWith('docs/'));
    expect(docs.filter((page) => !linksOf('README.md').includes(page))).toEqual([]);
  });
});
