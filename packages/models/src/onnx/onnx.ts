// The types of an ONNX model as plain objects, with ONNX's field names. Weights are views of the decoded content.

import type { OnnxInt } from './onnx-tensor-data.js';

export interface OnnxModel {
  readonly irVersion: number;
  readonly producerName: string;
  readonly producerVersion: string;
  readonly domain: string;
  readonly modelVersion?: OnnxInt;
  readonly docString: string;
  readonly graph: OnnxGraph;
  readonly opsetImport: readonly OnnxOpset[];
  readonly metadataProps: readonly OnnxEntry[];
  /** Kept as encoded. */
  readonly trainingInfo: readonly Uint8Array[];
  readonly functions: readonly OnnxFunction[];
  /** Kept as encoded. */
  readonly configuration: readonly Uint8Array[];
}

export interface OnnxOpset {
  /** An empty string for ONNX's own operators. */
  readonly domain: string;
  readonly version: number;
}

interface OnnxEntry {
  readonly key: string;
  readonly value: string;
}

export interface OnnxFunction {
  readonly name: string;
  readonly domain: string;
  readonly overload: string;
  readonly docString: string;
  readonly input: readonly string[];
  readonly output: readonly string[];
  readonly attribute: readonly string[];
  readonly attributeProto: readonly OnnxAttribute[];
  readonly node: readonly OnnxNode[];
  readonly opsetImport: readonly OnnxOpset[];
  readonly valueInfo: readonly OnnxValue[];
  readonly metadataProps: readonly OnnxEntry[];
}

export interface OnnxGraph {
  readonly name: string;
  readonly docString: string;
  readonly node: readonly OnnxNode[];
  readonly initializer: readonly OnnxTensor[];
  readonly sparseInitializer: readonly OnnxSparseTensor[];
  readonly input: readonly OnnxValue[];
  readonly output: readonly OnnxValue[];
  readonly valueInfo: readonly OnnxValue[];
  readonly quantizationAnnotation: readonly {
    readonly tensorName: string;
    readonly quantParameterTensorNames: readonly OnnxEntry[];
  }[];
  readonly metadataProps: readonly OnnxEntry[];
}

export interface OnnxNode {
  readonly name: string;
  readonly opType: string;
  /** An empty string for ONNX's own operators. */
  readonly domain: string;
  readonly overload: string;
  readonly docString: string;
  /** An empty name is an optional input that is left out. The same applies to outputs. */
  readonly input: readonly string[];
  readonly output: readonly string[];
  readonly attribute: readonly OnnxAttribute[];
  readonly metadataProps: readonly OnnxEntry[];
  /** Kept as encoded. */
  readonly deviceConfigurations: readonly Uint8Array[];
}

/** An attribute. `type`, one of `attributeTypes`, determines which value it has. */
export interface OnnxAttribute {
  readonly name: string;
  readonly type: number;
  readonly refAttrName: string;
  readonly docString: string;
  readonly f?: number;
  readonly i?: OnnxInt;
  readonly s?: Uint8Array;
  readonly t?: OnnxTensor;
  readonly g?: OnnxGraph;
  readonly tp?: OnnxType;
  readonly sparseTensor?: OnnxSparseTensor;
  readonly floats: readonly number[];
  readonly ints: readonly OnnxInt[];
  readonly strings: readonly Uint8Array[];
  readonly tensors: readonly OnnxTensor[];
  readonly graphs: readonly OnnxGraph[];
  readonly typeProtos: readonly OnnxType[];
  readonly sparseTensors: readonly OnnxSparseTensor[];
}

/** Numbers of AttributeProto.AttributeType. */
export const attributeTypes = {
  float: 1,
  int: 2,
  string: 3,
  tensor: 4,
  graph: 5,
  floats: 6,
  ints: 7,
  strings: 8,
} as const;

export interface OnnxTensor {
  readonly name: string;
  /** Element type, one of `onnxTypes`. */
  readonly dataType: number;
  readonly dims: readonly number[];
  /**
   * Dense little-endian content, of any alignment. Undefined for strings, external data and tensors without content.
   */
  readonly rawData?: Uint8Array;
  readonly stringData: readonly Uint8Array[];
  readonly externalData: readonly OnnxEntry[];
  /** 1 if the content is in another file. */
  readonly dataLocation: number;
  readonly docString: string;
  readonly segment?: Uint8Array;
  readonly metadataProps: readonly OnnxEntry[];
}

export interface OnnxSparseTensor {
  readonly values?: OnnxTensor;
  readonly indices?: OnnxTensor;
  readonly dims: readonly number[];
}

export interface OnnxValue {
  readonly name: string;
  readonly type?: OnnxType;
  readonly docString: string;
  readonly metadataProps: readonly OnnxEntry[];
}

export interface OnnxType {
  readonly denotation: string;
  readonly tensorType?: OnnxTensorType;
  readonly sparseTensorType?: OnnxTensorType;
  readonly sequenceType?: { readonly elemType?: OnnxType };
  readonly optionalType?: { readonly elemType?: OnnxType };
  readonly mapType?: { readonly keyType: number; readonly valueType?: OnnxType };
  readonly opaqueType?: { readonly domain: string; readonly name: string };
}

interface OnnxTensorType {
  readonly elemType: number;
  /** Shape. Undefined if the rank is unknown. */
  readonly shape?: { readonly dim: readonly OnnxDim[] };
}

/** A dimension. It is unknown if it has neither value nor name. */
export interface OnnxDim {
  readonly dimValue?: number;
  readonly dimParam?: string;
  readonly denotation: string;
}
