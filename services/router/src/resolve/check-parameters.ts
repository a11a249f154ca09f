// The protocol's own request parameters: each in the form that it has.

import { ParetoError } from '@pareto/core';
import type { ParameterKind, ScannedParameters } from '@pareto/rpc';

const forms: ReadonlyMap<string, readonly ParameterKind[]> = new Map<string, readonly ParameterKind[]>([
  ['priority', ['int64', 'uint64']],
  ['timeout', ['int64']],
  ['sequence_id', ['int64', 'uint64', 'string']],
  ['sequence_start', ['bool']],
  ['sequence_end', ['bool']],
  ['triton_enable_empty_final_response', ['bool']],
]);

const reserved = 'triton_';

/** Throws `invalid-argument`, naming the parameter, what was expected and what came. Other parameters are not looked at. */
export function checkParameters({ parameters, kinds }: ScannedParameters): void {
  for (const [name, kind] of kinds) {
    const expected = forms.get(name);
    if (expected?.includes(kind) === true) continue;
    const value = JSON.stringify(parameters.get(name));
    if (expected !== undefined)
      throwInvalid(`parameter ${name} is ${value} in ${fieldOf(kind)}: expected ${list(expected)}`);
    if (name.startsWith(reserved)) {
      throwInvalid(
        `parameter ${name} is reserved: of those that begin with ${reserved} only triton_enable_empty_final_response is known`,
      );
    }
  }
}

const fieldOf = (kind: ParameterKind): string => (kind === 'none' ? 'no field' : `${kind}_param`);
const list = (kinds: readonly ParameterKind[]): string => kinds.map(fieldOf).join(' or ');

function throwInvalid(message: string): never {
  throw new ParetoError('invalid-argument', message);
}
