// The values of a YAML file (and thus also of JSON), with the line of each.

import { readFile, stat } from 'node:fs/promises';
import { errorText, ParetoError } from '@pareto/core';
import { isAlias, isMap, isNode, isScalar, isSeq, LineCounter, parseDocument, type Document, type Node } from 'yaml';

/** Keys and indexes that lead from the top of a file to a value. */
export type Path = readonly (string | number)[];

export interface YamlFile {
  /** Path of the file, for errors and for paths that are relative to its folder. */
  readonly file: string;
  readonly value: unknown;
  /** Returns the line of a value: that of its key, or of the first known part of the path. */
  readonly lineOf: (path: Path) => number;
}

/** Scenarios are written by people. The limit bounds the time and memory of the parser. */
const maxBytes = 1024 * 1024;

/** Reads and parses a file. Throws `invalid-argument`, which names the file, if it cannot be read or is not valid YAML. */
export async function readYaml(file: string): Promise<YamlFile> {
  const size = await stat(file).then(
    (stats) => (stats.isDirectory() ? unreadable(file, 'it is a folder; expected a YAML file') : stats.size),
    (error: unknown) => unreadable(file, errorText(error)),
  );
  if (size > maxBytes) unreadable(file, `it has ${size} bytes; expected at most ${maxBytes} (1 MiB)`);
  return parseYaml(await readFile(file, 'utf8').catch((error: unknown) => unreadable(file, errorText(error))), file);
}

function unreadable(file: string, reason: string): never {
  throw new ParetoError('invalid-argument', `the scenario ${file} cannot be read: ${reason}`);
}

/** Throws `invalid-argument`, which names the file and the line, if the content is not valid YAML. */
export function parseYaml(content: string, file: string): YamlFile {
  const lines = new LineCounter();
  try {
    const document = parseDocument(content, { lineCounter: lines, logLevel: 'error' });
    const [fault] = document.errors;
    if (fault !== undefined) throw fault;
    // Throws if aliases expand to much more than the file has.
    const value: unknown = document.toJS();
    if (containsItself(value)) throw new Error('an alias refers to the value that contains it; expected a tree');
    return { file, value, lineOf: (path) => lines.linePos(offsetOf(document, path)).line };
  } catch (error) {
    throw new ParetoError('invalid-argument', `${file}: ${firstLine(errorText(error))}`, { cause: error });
  }
}

function containsItself(value: unknown, ancestors: readonly unknown[] = []): boolean {
  if (typeof value !== 'object' || value === null) return false;
  const path = [...ancestors, value];
  return ancestors.includes(value) || Object.values(value).some((each) => containsItself(each, path));
}

const firstLine = (message: string): string => (message.split('\n')[0] ?? '').replace(/:$/, '');

/** Returns the offset of the key, element or value that the path leads to, or else of the last part that exists. */
function offsetOf(document: Document, path: Path): number {
  let node: unknown = document.contents;
  let offset = startOf(node) ?? 0;
  for (const step of path) {
    const found = findIn(resolve(node, document), step);
    if (found === undefined) break;
    offset = startOf(found.at) ?? offset;
    node = found.value;
  }
  return offset;
}

function findIn(node: unknown, step: string | number): { readonly at: unknown; readonly value: unknown } | undefined {
  if (isSeq(node)) {
    const value = node.items[Number(step)];
    return value === undefined ? undefined : { at: value, value };
  }
  const pair = isMap(node)
    ? node.items.find(({ key }) => isScalar(key) && String(key.value) === String(step))
    : undefined;
  return pair === undefined ? undefined : { at: pair.key, value: pair.value };
}

const resolve = (node: unknown, document: Document): unknown => (isAlias(node) ? node.resolve(document) : node);

const startOf = (node: unknown): number | undefined => (isNode(node) ? (node as Node).range?.[0] : undefined);
