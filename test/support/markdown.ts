// Pages of documentation: their commands, links and link targets.

import { readdir, readFile } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../../', import.meta.url));

/** Marker in a comment before a block: that it is not run, with the reason, or that it must fail. */
type Remark = { readonly kind: 'not-run'; readonly reason: string } | { readonly kind: 'refused' } | undefined;

export interface Block {
  readonly line: number;
  /** Language of the fence. */
  readonly language: string;
  readonly text: string;
  readonly remark: Remark;
}

interface Link {
  readonly line: number;
  readonly target: string;
}

export interface Page {
  /** Path from the root of the repository. */
  readonly path: string;
  readonly blocks: readonly Block[];
  readonly links: readonly Link[];
  /** Anchors of its headings. */
  readonly anchors: ReadonlySet<string>;
}

export const readPage = async (path: string): Promise<Page> =>
  parsePage(path, await readFile(join(root, path), 'utf8'));

/** Reads the pages of the repository, except generated and installed ones. */
export async function listPages(): Promise<readonly string[]> {
  const folders = ['docs', 'deploy', 'examples', 'packages/policy/src', 'packages/workload', 'test'];
  const found = await Promise.all(folders.map(listFiles));
  const below = found.flat().filter((path) => path.endsWith('.md') && !path.includes('node_modules'));
  return ['README.md', 'CONTRIBUTING.md', 'CHANGELOG.md', ...below.sort()];
}

/** Returns the files below a folder, without those that links lead to: packages link to each other. */
async function listFiles(folder: string): Promise<readonly string[]> {
  const entries = await readdir(join(root, folder), { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile())
    .map(({ parentPath, name }) => relative(root, join(parentPath, name)));
}

function parsePage(path: string, text: string): Page {
  const lines = text.split('\n');
  const blocks: Block[] = [];
  const links: Link[] = [];
  const headings: string[] = [];
  for (let at = 0; at < lines.length; at++) {
    const line = lines[at] ?? '';
    const language = /^```(\w*)/.exec(line)?.[1];
    if (language === undefined) {
      links.push(...linksIn(line, at + 1));
      headings.push(...(/^#+ (.+)$/.exec(line)?.slice(1) ?? []));
      continue;
    }
    const end = lines.indexOf('```', at + 1);
    if (end === -1) throw new Error(`${path}:${at + 1}: this block does not end`);
    blocks.push({
      ...{ line: at + 1, language, text: lines.slice(at + 1, end).join('\n') },
      remark: remarkIn(lines[at - 1]),
    });
    at = end;
  }
  return { path, blocks, links, anchors: anchorsOf(headings) };
}

function remarkIn(line = ''): Remark {
  const [, comment] = /^<!-- (.+) -->$/.exec(line) ?? [];
  if (comment === 'refused') return { kind: 'refused' };
  const [, reason] = /^not run: (.+)$/.exec(comment ?? '') ?? [];
  return reason === undefined ? undefined : { kind: 'not-run', reason };
}

const linksIn = (line: string, at: number): readonly Link[] =>
  Array.from(line.replace(/`[^`]*`/g, '').matchAll(/\]\(([^)\s]+)\)/g), ([, target = '']) => ({ line: at, target }));

/** Returns anchors as GitHub creates them: words in lower case joined by dashes, with a number for repeated ones. */
function anchorsOf(headings: readonly string[]): ReadonlySet<string> {
  const anchors = new Set<string>();
  for (const heading of headings) {
    const plain = heading.toLowerCase().replace(/[^\p{L}\p{N} _-]/gu, '');
    const anchor = plain.trim().replaceAll(' ', '-');
    let name = anchor;
    for (let more = 1; anchors.has(name); more++) name = `${anchor}-${more}`;
    anchors.add(name);
  }
  return anchors;
}

/** Returns the file and heading that a link points to, from the root. Undefined if it points outside the repository. */
export function placeOfLink(
  page: Page,
  { target }: Link,
): { readonly path: string; readonly anchor: string } | undefined {
  if (/^[a-z]+:/.test(target)) return undefined;
  const [file = '', anchor = ''] = target.split('#');
  const path = file === '' ? page.path : relative(root, join(root, dirname(page.path), file));
  return { path, anchor };
}
