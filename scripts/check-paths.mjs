// Checks that every path in the documentation exists, and that docs/architecture.md describes every package and every
// source folder, except those of the CLI's verbs, which the help describes.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { listPaths } from './list-paths.mjs';
import { root, runCheckAlone } from './script.mjs';

const architecture = 'docs/architecture.md';
/** Pages that are not checked: generated ones and the history. */
const unchecked = /^(CHANGELOG\.md|docs\/reference\/)/;

/**
 * Returns the words in inline code that name a path of this repository: source files, and words that begin with a
 * folder of it.
 */
function pathsIn(line, topFolders) {
  return [...line.matchAll(/`([^`]+)`/g)]
    .flatMap(([, code]) => code.split(/\s+/))
    .filter(
      (word) =>
        /^[\w.-]+(\/[\w.-]+)*\/?$/.test(word) && !word.startsWith('../') && !/\/(dist|node_modules)\/|NNNN/.test(word),
    )
    .filter(
      (word) => /\.(ts|mjs|cjs|proto)$/.test(word) || /\/src(\/|$)/.test(word) || topFolders.has(word.split('/')[0]),
    );
}

/** Returns a line for each path that does not exist. A path may omit its first folders. */
function stalePaths(page, text, paths) {
  const topFolders = new Set(paths.filter((path) => /^[^/]+\/$/.test(path)).map((path) => path.slice(0, -1)));
  const exists = (word) => {
    const tail = word.replace(/\/$/, '');
    return paths.some((path) => `/${path.replace(/\/$/, '')}`.endsWith(`/${tail}`));
  };
  return withoutBlocks(text).flatMap((line, at) =>
    pathsIn(line, topFolders)
      .filter((word) => word.includes('/') || /\.\w+$/.test(word))
      .filter((word) => !exists(word))
      .map((word) => `${page}:${at + 1}: ${word} does not exist`),
  );
}

/** Returns the lines; those of code blocks are empty. */
function withoutBlocks(text) {
  let inside = false;
  return text.split('\n').map((line) => {
    const fence = line.startsWith('```');
    if (fence) inside = !inside;
    return fence || inside ? '' : line;
  });
}

/**
 * Compares the tables of docs/architecture.md, one row a package or folder, with the packages and folders that exist.
 */
function undescribed(text, paths) {
  const described = new Set();
  let base = '';
  for (const line of withoutBlocks(text)) {
    const heading = /^#+ (.*)/.exec(line)?.[1];
    if (heading !== undefined) base = /^`([\w/-]+)`$/.exec(heading)?.[1] ?? '';
    for (const [, name] of line.matchAll(/^\| `([\w/-]+)` \|/g)) {
      described.add(base === '' ? name : `${base}/${name.replace(/\/$/, '')}/`);
    }
  }
  const packages = paths
    .map((path) => /^(?:packages|services)\/([\w-]+)\/src\/$/.exec(path)?.[1] ?? /^(loadgen)\/$/.exec(path)?.[1])
    .filter((name) => name !== undefined);
  const folders = paths.filter(
    (path) =>
      /^((packages|services)\/[\w-]+|loadgen)\/src\/.+\/$/.test(path) && !/\/gen\/|\/cli\/src\/commands\/./.test(path),
  );
  const known = new Set([...packages, ...folders]);
  return [
    ...[...known].filter((path) => !described.has(path)).map((path) => `${architecture}: no row describes ${path}`),
    ...[...described]
      .filter((path) => path.endsWith('/') && !known.has(path))
      .map((path) => `${architecture}: there is no folder ${path}`),
  ];
}

export async function checkPaths() {
  const paths = listPaths();
  const pages = paths.filter((path) => path.endsWith('.md') && !unchecked.test(path));
  const read = (path) => readFileSync(join(root, path), 'utf8');
  const found = [
    ...pages.flatMap((page) => stalePaths(page, read(page), paths)),
    ...undescribed(read(architecture), paths),
  ];
  return { code: found.length === 0 ? 0 : 1, output: found.join('\n') };
}

await runCheckAlone(import.meta.url, checkPaths);
