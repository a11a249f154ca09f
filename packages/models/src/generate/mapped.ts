// Stores large weights in a separate file, so that loading maps them into memory instead of reading them.

import { tensorsOf } from '../onnx/onnx-codec.js';
import type { OnnxModel, OnnxTensor } from '../onnx/onnx.js';
import { declined, made, type GraphGenerator } from '../rewrite/generator.js';
import { attributeOf, isOp, withGraph } from '../onnx/onnx-graph.js';

/** Minimum size of a tensor. Smaller ones gain nothing, and would waste most of a page. */
const minTensorBytes = 1024;
const minModelBytes = 1e6;

export const mapped: GraphGenerator = {
  kind: 'rewrite',
  bound: 1,
  rewrite(given) {
    const model = withoutConstantNodes(given);
    const large = new Set(model.graph.initializer.filter(isLarge));
    const total = [...large].reduce((sum, { rawData }) => sum + (rawData?.byteLength ?? 0), 0);
    const megabytes = (total / 1e6).toFixed(1);
    if (total < minModelBytes) {
      const all = [...tensorsOf(model)].reduce((sum, { rawData }) => sum + (rawData?.byteLength ?? 0), 0);
      return declined(
        all < minModelBytes
          ? `its weights take ${(all / 1e6).toFixed(1)} MB: mapping gains nothing below 1 MB`
          : 'its weights are in branches and loops, where they are not mapped',
      );
    }
    const initializer = model.graph.initializer.map((tensor) =>
      large.has(tensor) ? { ...tensor, dataLocation: 1 } : tensor,
    );
    return made(withGraph(model, { initializer }), `${large.size} tensors of ${megabytes} MB are aligned to pages`);
  },
};

const isLarge = ({ rawData }: OnnxTensor): boolean => (rawData?.byteLength ?? 0) >= minTensorBytes;

/** Converts large tensors of Constant nodes to initializers: only those can be in a separate file. */
function withoutConstantNodes(model: OnnxModel): OnnxModel {
  const moved: OnnxTensor[] = [];
  const node = model.graph.node.filter((one) => {
    const value = isOp(one, 'Constant') ? attributeOf(one, 'value')?.t : undefined;
    if (value === undefined || !isLarge(value)) return true;
    moved.push({ ...value, name: one.output[0] ?? '' });
    return false;
  });
  return withGraph(model, { node, initializer: [...model.graph.initializer, ...moved] });
}
