// Which names of the cluster may stand where.

import { findLogFolder } from '@pareto/local';
import { kindNamed, kinds } from '../get/kinds.js';
import type { LiveNames } from '../suggest/suggest.js';
import type { Completion, Suggestion } from './complete.js';

type Wanted = Extract<Completion, { kind: 'names' }>;

type What = keyof LiveNames;

/** By command and placeholder, else by placeholder alone. */
const nameKinds: Readonly<Record<string, readonly What[]>> = {
  'describe name': ['tasks', 'models', 'variants', 'workers'],
  'delete name': ['tasks', 'models'],
  'jobs name': ['tasks', 'models'],
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

const about: Readonly<Record<What, string>> = {
  tasks: 'task',
  models: 'model',
  variants: 'variant',
  workers: 'worker',
  rules: 'rule',
};

/** `ask` is only called for what the cluster knows. */
export async function namesFor(wanted: Wanted, readNames: () => Promise<LiveNames>): Promise<readonly Suggestion[]> {
  const { command, placeholder, given } = wanted;
  if (command === 'get' && placeholder === 'kind')
    return kinds.map(({ name, summary }) => ({ value: name, about: summary }));
  if (command === 'logs') return logNames();
  const whats =
    command === 'get' ? kindOf(given[0]) : (nameKinds[`${command} ${placeholder}`] ?? nameKinds[placeholder] ?? []);
  if (whats.length === 0) return [];
  const names = await readNames();
  return whats.flatMap((what) => names[what].map((value) => ({ value, about: about[what] })));
}

function kindOf(word: string | undefined): readonly What[] {
  const name = word === undefined ? undefined : kindNamed(word)?.name;
  return (['tasks', 'models', 'variants', 'workers'] as const).filter((what) => what === name);
}

async function logNames(): Promise<readonly Suggestion[]> {
  const folder = await findLogFolder(undefined).catch(() => undefined);
  return (folder?.services ?? []).map((value) => ({ value, about: '' }));
}
