// Creates models of a few nodes, for tests.

import type { OnnxModel, OnnxNode, OnnxTensor, OnnxValue } from '../../src/onnx/onnx.js';

export interface ModelParts {
  readonly node: readonly OnnxNode[];
  readonly initializer?: readonly OnnxTensor[];
  readonly input: readonly OnnxValue[];
  readonly output: readonly OnnxValue[];
  readonly opset?: number;
}

export function makeModel({ node, initializer = [], input, output, opset = 13 }: ModelParts): OnnxModel {
  const none = { docString: '', metadataProps: [] };
  return {
    irVersion: 7,
    ...{ producerName: '', producerVersion: '', domain: '', ...none },
    graph: {
      name: 'graph',
      ...{ node, initializer, input, output, ...none },
      ...{ valueInfo: [], sparseInitializer: [], quantizationAnnotation: [] },
    },
    opsetImport: [{ domain: '', version: opset }],
    ...{ trainingInfo: [], functions: [], configuration: [] },
  };
}
