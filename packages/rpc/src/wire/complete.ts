// The type of a message that a mapper has to fill completely.

/**
 * A message to send with each of its fields given, possibly as undefined, which leaves the field unset. A field that is
 * added to the proto is a compile error in the mapper until the mapper sets it. `Elsewhere` names the fields that are
 * no part of the domain value and that the sender adds.
 */
export type Complete<Input, Elsewhere extends keyof Input = never> = Required<Omit<Input, Elsewhere | `_${string}`>>;
