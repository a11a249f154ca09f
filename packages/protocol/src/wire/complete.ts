// The type of a message to send that requires a value for each field.

/**
 * A message to send with a value for each field. Undefined leaves the field unset. A field that is added to the proto
 * file is a compile error in the mapper until the mapper sets it. `Elsewhere` names fields that the domain type lacks and
 * that the sender adds.
 */
export type Complete<Input, Elsewhere extends keyof Input = never> = Required<Omit<Input, Elsewhere | `_${string}`>>;
