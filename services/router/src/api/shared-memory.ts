// Answers the calls of shared memory, which is not supported, since client and worker may run on different machines.

import { ParetoError } from '@pareto/core';

/** Returns no regions. Throws `not-found` if `name` is not empty. */
export function regionsNamed(kind: string, name: string): { readonly regions: Record<string, never> } {
  if (name === '') return { regions: {} };
  throw new ParetoError(
    'not-found',
    `${kind} shared memory region '${name}' is not registered: shared memory is not supported`,
  );
}

export function rejectRegion(kind: string): never {
  throw new ParetoError(
    'unimplemented',
    `${kind} shared memory is not supported, because the worker may run on another machine; send tensors in raw_input_contents`,
  );
}
