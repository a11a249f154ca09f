// `pareto __complete WORD...`: what a shell asks, and the lines that it gets.

import type { Clock } from '@pareto/core';
import type { Command } from 'commander';
import type { CommonOptions } from '../context/context.js';
import { liveNames } from '../suggest/suggest.js';
import { planCompletion, type Suggestion } from './complete.js';
import { namesFor } from './names.js';
import { filesMark } from './scripts.js';

/** Nobody waits longer for a cluster while typing. */
const liveMs = 300;

export interface CompletionOptions {
  readonly program: Command;
  /** As they were given so far, or by default. */
  readonly endpoints: () => Promise<CommonOptions>;
  readonly clock: Clock;
}

/** A line for each: the value, a tab, what it is. The last word is the one that is being typed. */
export async function formatCompletion(
  words: readonly string[],
  { program, endpoints, clock }: CompletionOptions,
): Promise<string> {
  const plan = planCompletion(program, words);
  if (plan.kind === 'files') return filesMark;
  const suggestions =
    plan.kind === 'words' ? plan.words : await namesFor(plan, async () => liveNames(await endpoints(), clock, liveMs));
  const typed = words.at(-1) ?? '';
  return suggestions
    .filter(({ value }) => value.startsWith(typed))
    .map(lineOf)
    .join('\n');
}

const lineOf = ({ value, about }: Suggestion): string => `${value}\t${about.split('\n')[0] ?? ''}`;
