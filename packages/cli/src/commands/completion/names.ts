// Names of the cluster that complete an argument, by command and placeholder.

import { findLogFolder } from '@pareto/local';
import { findKind, kinds } from '../../kinds/kinds.js';
import type { LiveNames } from '../../suggest/suggest.js';
import type { Completion, Suggestion } from './complete.js';

type Wanted = Extract<Completion, { kind: 'names' }>;

type NameKind = keyof LiveNames;

/** Kinds of names, by `command placeholder` or else by placeholder alone. */
const nameKinds: Readonly<Record<string, readonly NameKind[]>> = {
  'describe name': ['tasks', 'models', 'variants', 'workers'],
  'delete name': ['tasks', 'models'],
  'jobs name': ['tasks', 'models'],
  'rollback model': ['models'],
  'profile name': ['models', 'variants'],
  'events name': ['tasks', 'models', 'variants', 'workers'],
  'remove id': ['rules'],
  'lift id': ['rules'],
  'pin target': ['models', 'variants'],
  'deny target': ['models', 'variants'],
  task: ['tasks'],
  target: ['tasks', 'models', 'variants'],
  worker: ['workers'],
};

const about: Readonly<Record<NameKind, string>> = {
  tasks: 'task',
  models: 'model',
  variants: 'variant',
  workers: 'worker',
  rules: 'rule',
};

/** Returns the names that complete an argument. Calls `readNames` only if they come from the cluster. */
export async function namesFor(wanted: Wanted, readNames: () => Promise<LiveNames>): Promise<readonly Suggestion[]> {
  const { command, placeholder, given } = wanted;
  if (command === 'get' && placeholder === 'kind')
    return kinds.map(({ name, summary }) => ({ value: name, about: summary }));
  if (command === 'logs') return logNames();
  const kindsOfNames =
    command === 'get' ? kindOf(given[0]) : (nameKinds[`${command} ${placeholder}`] ?? nameKinds[placeholder] ?? []);
  if (kindsOfNames.length === 0) return [];
  const names = await readNames();
  return kindsOfNames.flatMap((kind) => names[kind].map((value) => ({ value, about: about[kind] })));
}

function kindOf(word: string | undefined): readonly NameKind[] {
  const name = word === undefined ? undefined : findKind(word)?.name;
  return (['tasks', 'models', 'variants', 'workers'] as const).filter((kind) => kind === name);
}

async function logNames(): Promise<readonly Suggestion[]> {
  const folder = await findLogFolder(undefined).catch(() => undefined);
  return (folder?.services ?? []).map((value) => ({ value, about: '' }));
}
