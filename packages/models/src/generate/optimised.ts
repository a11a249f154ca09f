// Saves the graph as ONNX Runtime optimises it, so that later loads need not repeat the work.

import type { RuntimeGenerator } from '../rewrite/generator.js';

export const optimised: RuntimeGenerator = {
  kind: 'runtime',
  // Fused kernels round differently from the nodes that they replace.
  bound: 0.9999,
  note: 'optimised ahead of loading',
};
