// Datatypes and tensor signatures, in the Open Inference Protocol's words.

/** Bytes per element, or 0 for BYTES, whose elements vary. */
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

/** One input or output. `dims` leave out the batch dimension; -1 is dynamic. */
export interface TensorSpec {
  readonly name: string;
  readonly datatype: DataType;
  readonly dims: readonly number[];
}

export interface Signature {
  readonly inputs: readonly TensorSpec[];
  readonly outputs: readonly TensorSpec[];
  /** A leading batch dimension stands before `dims` in every input and output. */
  readonly batched: boolean;
}

/** The signature of the same model with the leading dimension of every input and output as its batch. */
export function withLeadingBatch({ inputs, outputs }: Signature): Signature {
  const item = (spec: TensorSpec): TensorSpec => ({ ...spec, dims: spec.dims.slice(1) });
  return { inputs: inputs.map(item), outputs: outputs.map(item), batched: true };
}

/** Product of dimensions; 1 for a scalar. */
export const elementCount = (dims: readonly number[]): number => dims.reduce((product, dim) => product * dim, 1);
