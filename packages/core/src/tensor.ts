// Datatypes and tensor signatures, in the terms of the Open Inference Protocol.

/** Bytes per element. 0 for BYTES, whose elements vary in size. */
export const elementBytes = {
  BOOL: 1,
  UINT8: 1,
  UINT16: 2,
  UINT32: 4,
  UINT64: 8,
  INT8: 1,
  INT16: 2,
  INT32: 4,
  INT64: 8,
  FP16: 2,
  FP32: 4,
  FP64: 8,
  BF16: 2,
  BYTES: 0,
} as const;

export type DataType = keyof typeof elementBytes;

export const isDataType = (text: string): text is DataType => Object.hasOwn(elementBytes, text);

/** An input or output. `dims` exclude the batch dimension; -1 is dynamic. */
export interface TensorSpec {
  readonly name: string;
  readonly datatype: DataType;
  readonly dims: readonly number[];
}

export interface Signature {
  readonly inputs: readonly TensorSpec[];
  readonly outputs: readonly TensorSpec[];
  /** Set if every input and output has a leading batch dimension before `dims`. */
  readonly batched: boolean;
}

/** Returns the signature with the leading dimension of every input and output turned into the batch dimension. */
export function withLeadingBatch({ inputs, outputs }: Signature): Signature {
  const item = (spec: TensorSpec): TensorSpec => ({ ...spec, dims: spec.dims.slice(1) });
  return { inputs: inputs.map(item), outputs: outputs.map(item), batched: true };
}

/** Returns whether the first dimension of every input and output is dynamic, whatever its name is. */
export const hasOpenBatch = ({ inputs, outputs, batched }: Signature): boolean =>
  batched || [...inputs, ...outputs].every(({ dims }) => dims[0] === -1);

/** Returns the product of the dimensions, which is 1 for a scalar. */
export const elementCount = (dims: readonly number[]): number => dims.reduce((product, dim) => product * dim, 1);

/** Shapes of inputs with dynamic dimensions, by name, without the batch dimension. */
export type Shapes = Readonly<Record<string, readonly number[]>>;

/**
 * Returns the shapes of the inputs with dynamic dimensions, without the batch dimension. Undefined if the signature has
 * none.
 */
export function dynamicShapes(
  { inputs, batched }: Signature,
  given: readonly { readonly name: string; readonly shape: readonly number[] }[],
): Shapes | undefined {
  let shapes: Record<string, readonly number[]> | undefined;
  for (const { name, dims } of inputs) {
    if (!dims.includes(-1)) continue;
    const shape = given.find((one) => one.name === name)?.shape ?? [];
    shapes ??= {};
    shapes[name] = batched ? shape.slice(1) : shape;
  }
  return shapes;
}
