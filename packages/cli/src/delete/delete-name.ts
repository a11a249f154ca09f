// Deleting by name: what it is, what goes with it, and the deletion itself, once whatever happens to the controller.

import { ParetoError } from '@pareto/core';
import type { wire } from '@pareto/rpc';
import type { ControllerClients } from '../connection/connect.js';
import { isLost, repeat, type RepeatOptions } from '../connection/repeat.js';

export type Deleted =
  | { readonly kind: 'task'; readonly name: string }
  | {
      readonly kind: 'architecture';
      readonly name: string;
      readonly task: string;
      readonly versions: readonly number[];
      readonly variants: readonly Pick<wire.Variant, 'name' | 'version' | 'replicasReady'>[];
    };

/** Throws `not-found`, and `failed-precondition` for a task that has architectures. */
export async function deleteName(
  registry: ControllerClients['registry'],
  name: string,
  options: RepeatOptions,
): Promise<Deleted> {
  const { signal } = options;
  const deleted = whatGoes(name, await repeat(() => registry.describe({ name }, { signal }), options));
  let unsure = false;
  await repeat(async () => {
    try {
      await registry.delete({ name }, { signal });
    } catch (error) {
      // An answer that was lost may have been that of a deletion.
      if (unsure && error instanceof ParetoError && error.code === 'not-found') return;
      unsure ||= isLost(error);
      throw error;
    }
  }, options);
  return deleted;
}

function whatGoes(name: string, { task, architectures, variants }: wire.DescribeResponse): Deleted {
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
  const whole = architecture === undefined ? 'its architecture' : architecture.name;
  return new ParetoError(
    'invalid-argument',
    `${name} is one variant, which can not be deleted alone: delete ${whole} with all its variants`,
  );
}
