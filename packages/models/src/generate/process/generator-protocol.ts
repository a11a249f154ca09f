// The messages of a generator process, as JSON: the job on its standard input, the reply on its standard output.

import type { ErrorCode } from '@pareto/core';
import type { WrittenFile } from '../../files/write-model.js';

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

export type GeneratorReply =
  | GeneratorResult
  | { readonly kind: 'failed'; readonly code: ErrorCode; readonly message: string }
  | { readonly kind: 'disk-full'; readonly message: string };
