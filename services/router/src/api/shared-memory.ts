// Shared memory of clients: there is none, as what answers may be on another machine.

import { ParetoError } from '@pareto/core';

/** No regions. Throws `not-found` for one that is asked for by its name. */
export function regionsNamed(kind: string, name: string): { readonly regions: Record<string, never> } {
  if (name === '') return { regions: {} };
  throw new ParetoError('not-found', `${kind} shared memory region '${name}' is not registered: none is`);
}

export function rejectRegion(kind: string): never {
  throw new ParetoError(
    'unimplemented',
    `${kind} shared memory is not offered, as what answers may be on another machine: send tensors in raw_input_contents`,
  );
}
