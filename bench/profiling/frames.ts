// The functions of a profile under the names of their sources.

import { readFileSync } from 'node:fs';
import { SourceMap } from 'node:module';
import { relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { CallFrame } from './call-tree.js';

/** Origin of a function: this repository, an npm package, Node's JavaScript, native code, or the garbage collector. */
export const frameKinds = ['pareto', 'library', 'node', 'native', 'gc'] as const;
export type FrameKind = (typeof frameKinds)[number];

export interface Frame {
  readonly name: string;
  /** Source file and line. Empty for native code. */
  readonly at: string;
  readonly kind: FrameKind;
}

/** Position in a file. Lines start at 1. */
interface Position {
  readonly file: string;
  readonly line: number;
  /** Name in the source. Undefined if it is unknown. */
  readonly name?: string | undefined;
}

const root = fileURLToPath(new URL('../../', import.meta.url));

/** V8's names for samples without a JavaScript function. */
const unnamed: Readonly<Record<string, Frame>> = {
  '(garbage collector)': { name: '(garbage collector)', at: '', kind: 'gc' },
  // Includes the kernel, libuv, nghttp2 and ONNX Runtime, if JavaScript did not call them.
  '(program)': { name: '(native code)', at: '', kind: 'native' },
};

/** Describes a function. `positionOf` finds the source of a function in a file. */
export function describeFrame(callFrame: CallFrame, positionOf: (callFrame: CallFrame) => Position): Frame {
  const { functionName, url, lineNumber } = callFrame;
  if (url === '') return unnamed[functionName] ?? { name: functionName || '(native function)', at: '', kind: 'native' };
  const name = functionName || '(anonymous)';
  if (url.startsWith('node:')) return { name, at: `${url}:${lineNumber + 1}`, kind: 'node' };
  const { file, line, name: sourceName } = positionOf(callFrame);
  const path = file.replace(/^.*node_modules\//, '');
  return {
    // The bundler adds a number to names that occur twice.
    name: name.replace(/\d+$/, '') === sourceName ? sourceName : name,
    at: `${path}:${line}`,
    kind: path === file ? 'pareto' : 'library',
  };
}

/** Creates a function that finds sources through the source maps next to the files, which it reads once. */
export function createSourceFinder(): (callFrame: CallFrame) => Position {
  const maps = new Map<string, SourceMap | undefined>();
  return ({ url, lineNumber, columnNumber }) => {
    const path = url.startsWith('file:') ? fileURLToPath(url) : url;
    if (!maps.has(path)) maps.set(path, readSourceMap(`${path}.map`));
    const entry = maps.get(path)?.findEntry(lineNumber, columnNumber);
    if (entry === undefined || !('originalSource' in entry))
      return { file: relative(root, path), line: lineNumber + 1 };
    const source = fileURLToPath(new URL(entry.originalSource, `file://${path}`));
    const { name } = entry as typeof entry & { readonly name?: string };
    return { file: relative(root, source), line: entry.originalLine + 1, name };
  };
}

function readSourceMap(path: string): SourceMap | undefined {
  try {
    return new SourceMap(JSON.parse(readFileSync(path, 'utf8')) as ConstructorParameters<typeof SourceMap>[0]);
  } catch {
    return undefined;
  }
}
