// Output of `pareto __complete WORD...`, which the shells' completion scripts call.

import type { Clock } from '@pareto/core';
import type { Command } from 'commander';
import type { CommonOptions } from '../../context/context.js';
import { liveNames } from '../../suggest/suggest.js';
import { planCompletion, type Suggestion } from './complete.js';
import { namesFor } from './names.js';
import { filesMark } from './scripts.js';

/** Time limit of reading names from the cluster: the user is typing. */
const namesTimeoutMs = 300;

export interface CompletionOptions {
  readonly program: Command;
  /** Endpoints from the options typed so far, or their defaults. */
  readonly endpoints: () => Promise<CommonOptions>;
  readonly clock: Clock;
}

/** Returns one line per suggestion for the last of `words`: the value, a tab, its description. */
export async function formatCompletion(
  words: readonly string[],
  { program, endpoints, clock }: CompletionOptions,
): Promise<string> {
  const plan = planCompletion(program, words);
  if (plan.kind === 'files') return filesMark;
  const suggestions =
    plan.kind === 'words'
      ? plan.words
      : await namesFor(plan, async () => liveNames(await endpoints(), clock, namesTimeoutMs));
  const typed = words.at(-1) ?? '';
  return suggestions
    .filter(({ value }) => value.startsWith(typed))
    .map(lineOf)
    .join('\n');
}

const lineOf = ({ value, about }: Suggestion): string => `${value}\t${about.split('\n')[0] ?? ''}`;
