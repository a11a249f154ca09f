// The job of a generator process, and its result.

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
