// Checks the types of the request parameters that the protocol defines, and rejects misspelt names.

import { ParetoError } from '@pareto/core';
import type { ParameterKind, ScannedParameters } from '@pareto/protocol';
import { misspeltOf, objectiveFields } from './objective-names.js';

const expectedKinds: ReadonlyMap<string, readonly ParameterKind[]> = new Map<string, readonly ParameterKind[]>([
  ['priority', ['int64', 'uint64']],
  ['timeout', ['int64']],
  ['sequence_id', ['int64', 'uint64', 'string']],
  ['sequence_start', ['bool']],
  ['sequence_end', ['bool']],
  ['triton_enable_empty_final_response', ['bool']],
]);

const reserved = 'triton_';

/** The parameters that have an effect, so that a misspelt one must not be ignored. */
const effective: readonly string[] = [...objectiveFields, 'timeout', 'priority'];
const known: ReadonlySet<string> = new Set([...effective, ...expectedKinds.keys()]);

/**
 * Throws `invalid-argument`, with the parameter, the expected and the received type, or with the name that was probably
 * meant. Ignores other unknown parameters.
 */
export function checkParameters({ parameters, kinds }: ScannedParameters): void {
  for (const [name, kind] of kinds) {
    const expected = expectedKinds.get(name);
    if (expected?.includes(kind) === true) continue;
    const value = JSON.stringify(parameters.get(name));
    if (expected !== undefined)
      throwInvalid(`parameter ${name} is ${value} in ${fieldOf(kind)}: expected ${list(expected)}`);
    if (name.startsWith(reserved)) {
      throwInvalid(
        `parameter ${name} is reserved: the only supported name that begins with ${reserved} is triton_enable_empty_final_response`,
      );
    }
    if (known.has(name)) continue;
    const meant = misspeltOf(name, effective);
    if (meant !== undefined) throwInvalid(`parameter ${name} is unknown: did you mean ${meant}?`);
  }
}

const fieldOf = (kind: ParameterKind): string => (kind === 'none' ? 'no field' : `${kind}_param`);
const list = (kinds: readonly ParameterKind[]): string => kinds.map(fieldOf).join(' or ');

function throwInvalid(message: string): never {
  throw new ParetoError('invalid-argument', message);
}
