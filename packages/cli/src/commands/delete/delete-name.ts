// Deletes a task or an architecture by name, safely across failures of the controller, and describes what was deleted.

import { ParetoError } from '@pareto/core';
import type { wire } from '@pareto/protocol';
import type { ControllerClients } from '../../connection/connect.js';
import { isOutcomeUnknown, repeat, type RepeatOptions } from '../../connection/repeat.js';

export type Deleted =
  | { readonly kind: 'task'; readonly name: string }
  | {
      readonly kind: 'architecture';
      readonly name: string;
      readonly task: string;
      /** The task, if it was the architecture's own and deleted with it. */
      readonly ownTask?: string;
      readonly versions: readonly number[];
      readonly variants: readonly Pick<wire.Variant, 'name' | 'version' | 'replicasReady'>[];
    };

/** Throws `not-found`, `invalid-argument` for a variant, and `failed-precondition` for a task with architectures. */
export async function deleteName(
  registry: ControllerClients['registry'],
  name: string,
  options: RepeatOptions,
): Promise<Deleted> {
  const { signal } = options;
  const deleted = toDeleted(name, await repeat(() => registry.describe({ name }, { signal }), options));
  let mayBeDeleted = false;
  const task = await repeat(async () => {
    try {
      return (await registry.delete({ name }, { signal })).task;
    } catch (error) {
      // An earlier attempt without a response may have deleted it.
      if (mayBeDeleted && error instanceof ParetoError && error.code === 'not-found') return '';
      mayBeDeleted ||= isOutcomeUnknown(error);
      throw error;
    }
  }, options);
  return deleted.kind === 'task' || task === '' ? deleted : { ...deleted, ownTask: task };
}

function toDeleted(name: string, { task, architectures, variants }: wire.DescribeResponse): Deleted {
  if (task?.name === name) return { kind: 'task', name };
  if (!architectures.some((architecture) => architecture.name === name)) throw notDeletable(name, architectures);
  return {
    kind: 'architecture',
    name,
    task: task?.name ?? '',
    versions: architectures.map(({ version }) => version),
    variants: variants.map((variant) => ({
      name: variant.name,
      version: variant.version,
      replicasReady: variant.replicasReady,
    })),
  };
}

function notDeletable(name: string, [architecture]: readonly wire.Architecture[]): ParetoError {
  const deletable = architecture === undefined ? 'its architecture' : architecture.name;
  return new ParetoError(
    'invalid-argument',
    `${name} is a variant, which can't be deleted individually: delete ${deletable} with all its variants`,
  );
}
