// All kinds of things, by what people call them.

import { ParetoError } from '@pareto/core';
import { didYouMean } from '../suggest/nearest.js';
import { controllers, replicas, routers, workers } from './fleet-kinds.js';
import type { Kind } from './kind.js';
import { models, tasks, variants } from './registry-kinds.js';

export const kinds: readonly Kind[] = [tasks, models, variants, replicas, workers, routers, controllers];

export const kindNamed = (word: string): Kind | undefined =>
  kinds.find(({ name, aliases }) => name === word.toLowerCase() || aliases.includes(word.toLowerCase()));

/** What is wrong with a word that is no kind. */
export function notAKind(word: string | undefined): string {
  const expected = `expected one of ${kinds.map(({ name }) => name).join(', ')}`;
  if (word === undefined) return `no kind is named: ${expected}`;
  const hint = didYouMean(
    word,
    kinds.flatMap(({ name, aliases }) => [name, ...aliases]),
  );
  return `there is no kind ${JSON.stringify(word)}${hint?.text ?? `: ${expected}`}`;
}

/** `worker/worker-1` and `worker worker-1` are worker-1, as where kinds are told apart: here a name is enough. */
export function nameIn(words: readonly string[]): string {
  const [first = '', second] = words;
  if (second !== undefined && words.length === 2 && kindNamed(first) !== undefined) return second;
  const [, kind = '', name = ''] = /^([^/]+)\/(.+)$/.exec(first) ?? [];
  if (words.length === 1) return name !== '' && kindNamed(kind) !== undefined ? name : first;
  throw new ParetoError('invalid-argument', `expected one name, or a kind and a name: got ${words.join(' ')}`);
}
