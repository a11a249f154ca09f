// Checks the outputs that a query asks for, and how it wants them.

import { ParetoError, type Signature, type TensorSpec } from '@pareto/core';
import type { ScannedOutput } from '@pareto/rpc';

export interface WantedOutputs {
  /** In the order in which they were first asked for; empty: all. */
  readonly outputs: readonly string[];
  /** How many of its largest values an output is to be told by; an output that is wanted as it is, is not in it. */
  readonly classes: ReadonlyMap<string, number>;
}

function throwInvalid(message: string): never {
  throw new ParetoError('invalid-argument', message);
}

const noClasses: ReadonlyMap<string, number> = new Map();

/** Throws `invalid-argument`, naming the output, what was expected and what came. */
export function checkOutputs(wanted: readonly ScannedOutput[], signature: Signature): WantedOutputs {
  if (wanted.length === 0) return { outputs: [], classes: noClasses };
  const classes = new Map<string, number>();
  for (const output of wanted) {
    const spec = findOutput(output.name, signature);
    checkNoSharedMemory(`output '${output.name}'`, output.parameters);
    const count = classesOf(output, spec);
    if (count !== undefined) classes.set(output.name, count);
  }
  return { outputs: [...new Set(wanted.map(({ name }) => name))], classes };
}

export const namesOf = (specs: readonly { readonly name: string }[]): string =>
  specs.map(({ name }) => `'${name}'`).join(', ');

const findOutput = (name: string, { outputs }: Signature): TensorSpec =>
  outputs.find((spec) => spec.name === name) ??
  throwInvalid(`output '${name}' is not known: expected ${namesOf(outputs)}, or none for all`);

/** Types whose values have an order, and are numbers here. */
const ranked = new Set(['UINT8', 'UINT16', 'UINT32', 'UINT64', 'INT8', 'INT16', 'INT32', 'INT64', 'FP32', 'FP64']);

function classesOf({ name, parameters, kinds }: ScannedOutput, { datatype }: TensorSpec): number | undefined {
  const count = parameters.get('classification');
  if (count === undefined) return undefined;
  const isWhole = kinds.get('classification') === 'int64' && typeof count === 'number' && count > 0;
  if (!isWhole) {
    return throwInvalid(
      `output '${name}': parameter classification is ${JSON.stringify(count)}: expected how many classes, a whole number of at least 1, as int64_param`,
    );
  }
  if (ranked.has(datatype)) return count;
  return throwInvalid(`output '${name}' is ${datatype}, which classification does not rank: ask for it without`);
}

/** Throws `not-found` when tensors are said to be in a region of shared memory: none can be registered. */
export function checkNoSharedMemory(what: string, parameters: ReadonlyMap<string, unknown>): void {
  const region = parameters.get('shared_memory_region');
  if (region === undefined) return;
  throw new ParetoError(
    'not-found',
    `${what}: shared memory region ${JSON.stringify(region)} is not registered, as none can be here: send the bytes in the message`,
  );
}
