// All kinds that `pareto get` lists, and how their names are parsed.

import { ParetoError } from '@pareto/core';
import { didYouMean } from '../suggest/nearest.js';
import { controllers, replicas, routers, workers } from './fleet-kinds.js';
import type { Kind } from './kind.js';
import { models, tasks, variants } from './registry-kinds.js';

export const kinds: readonly Kind[] = [tasks, models, variants, replicas, workers, routers, controllers];

export const findKind = (word: string): Kind | undefined =>
  kinds.find(({ name, aliases }) => name === word.toLowerCase() || aliases.includes(word.toLowerCase()));

/** Returns the error text for a word that is not a kind, or for a missing one. */
export function unknownKindText(word: string | undefined): string {
  const expected = `expected one of ${kinds.map(({ name }) => name).join(', ')}`;
  if (word === undefined) return `the kind is missing: ${expected}`;
  const hint = didYouMean(
    word,
    kinds.flatMap(({ name, aliases }) => [name, ...aliases]),
  );
  return `unknown kind ${JSON.stringify(word)}${hint?.text ?? `: ${expected}`}`;
}

/** Returns the names in `a b`, `model a b` or `model/a model/b`. A kind before a single name is part of it. */
export function parseNames(words: readonly string[]): readonly string[] {
  const [first = '', ...rest] = words;
  const names = rest.length > 0 && findKind(first) !== undefined ? rest : words;
  return names.map((word) => parseName([word]));
}

/** Returns the name in `worker-1`, `worker/worker-1` or `worker worker-1`. Throws `invalid-argument` otherwise. */
export function parseName(words: readonly string[]): string {
  const [first = '', second] = words;
  if (second !== undefined && words.length === 2 && findKind(first) !== undefined) return second;
  const [, kind = '', name = ''] = /^([^/]+)\/(.+)$/.exec(first) ?? [];
  if (words.length === 1) return name !== '' && findKind(kind) !== undefined ? name : first;
  throw new ParetoError('invalid-argument', `expected one name, or a kind and a name, received ${words.join(' ')}`);
}
