// Checks the outputs that a query requests, with their classification parameters.

import { ParetoError, type Signature, type TensorSpec } from '@pareto/core';
import type { ScannedOutput } from '@pareto/protocol';

/** Outputs that a query requests. */
export interface OutputSelection {
  /** Names in the order of the request, without duplicates. Empty for all outputs. */
  readonly outputs: readonly string[];
  /** Number of classes to return, for outputs requested with the classification extension. */
  readonly classes: ReadonlyMap<string, number>;
}

function throwInvalid(message: string): never {
  throw new ParetoError('invalid-argument', message);
}

const noClasses: ReadonlyMap<string, number> = new Map();

/**
 * Checks the requested outputs. Throws `invalid-argument` with the name of the output, or `not-found` for shared
 * memory.
 */
export function checkOutputs(requested: readonly ScannedOutput[], signature: Signature): OutputSelection {
  if (requested.length === 0) return { outputs: [], classes: noClasses };
  const classes = new Map<string, number>();
  for (const output of requested) {
    const spec = findOutput(output.name, signature);
    checkNoSharedMemory(`output '${output.name}'`, output.parameters);
    const count = classesOf(output, spec);
    if (count !== undefined) classes.set(output.name, count);
  }
  return { outputs: [...new Set(requested.map(({ name }) => name))], classes };
}

export const namesOf = (specs: readonly { readonly name: string }[]): string =>
  specs.map(({ name }) => `'${name}'`).join(', ');

const findOutput = (name: string, { outputs }: Signature): TensorSpec =>
  outputs.find((spec) => spec.name === name) ??
  throwInvalid(`output '${name}' is unknown; expected some of ${namesOf(outputs)}, or none to get all`);

/** Data types that classification supports. */
const rankable = new Set(['UINT8', 'UINT16', 'UINT32', 'UINT64', 'INT8', 'INT16', 'INT32', 'INT64', 'FP32', 'FP64']);

function classesOf({ name, parameters, kinds }: ScannedOutput, { datatype }: TensorSpec): number | undefined {
  const count = parameters.get('classification');
  if (count === undefined) return undefined;
  const isWhole = kinds.get('classification') === 'int64' && typeof count === 'number' && count > 0;
  if (!isWhole) {
    return throwInvalid(
      `output '${name}': expected parameter classification to be a number of classes of at least 1, as int64_param, got ${JSON.stringify(count)}`,
    );
  }
  if (rankable.has(datatype)) return count;
  return throwInvalid(
    `output '${name}' has datatype ${datatype}, which classification does not support; request it without classification`,
  );
}

/** Throws `not-found` if a tensor refers to a shared memory region, because shared memory is not supported. */
export function checkNoSharedMemory(what: string, parameters: ReadonlyMap<string, unknown>): void {
  const region = parameters.get('shared_memory_region');
  if (region === undefined) return;
  throw new ParetoError(
    'not-found',
    `${what}: shared memory region ${JSON.stringify(region)} is not registered: shared memory is not supported; send the tensor in the message`,
  );
}
