// What a maker process is told on its standard input, and what it replies on its standard output.

import type { ErrorCode } from '@pareto/core';
import type { WrittenFile } from '../../files/write-model.js';

/** As JSON. */
export interface GeneratorJob {
  readonly graph: string;
  readonly recipe: string;
  readonly phase: 'observe' | 'rewrite';
  readonly ranges: readonly (readonly [name: string, range: readonly [min: number, max: number]])[];
  readonly folder: string;
}

export type GeneratorResult =
  | { readonly kind: 'made'; readonly files: readonly WrittenFile[]; readonly note: string }
  | { readonly kind: 'declined'; readonly reason: string };

/** As JSON. */
export type GeneratorReply =
  | GeneratorResult
  | { readonly kind: 'failed'; readonly code: ErrorCode; readonly message: string }
  | { readonly kind: 'disk-full'; readonly message: string };
