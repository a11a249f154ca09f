// Folds operators that only scale and shift channels into the convolution before them.

import { onnxTypes } from '../../onnx/onnx-tensor-data.js';
import type { OnnxGraph, OnnxModel, OnnxNode, OnnxTensor } from '../../onnx/onnx.js';
import { constantsOf, isOp } from '../../onnx/onnx-graph.js';
import { floatTensor } from '../../onnx/onnx-parts.js';
import { affineOf, type Affine } from './quantise-affine.js';
import { followersOf } from './quantise-followers.js';
import { replaceNodes, type Parts } from './quantise-parts.js';
import { floatsOf } from '../../onnx/onnx-tensor-values.js';

/** Folds repeatedly, so that convolutions are followed directly by their activations. */
export function foldIntoConvolutions(model: OnnxModel): OnnxModel {
  const folds = foldsOf(model.graph);
  if (folds.size === 0) return model;
  const followers = new Set([...folds.values()].map(({ follower }) => follower));
  const folded = replaceNodes(model, (node, parts) => {
    const fold = folds.get(node);
    if (fold !== undefined) parts.emit(applyFold(node, fold, parts));
    return fold !== undefined || followers.has(node);
  });
  // Several may follow one convolution, for example a bias and a normalisation.
  return foldIntoConvolutions(folded);
}

interface Fold {
  readonly follower: OnnxNode;
  readonly affine: Affine;
  readonly weights: OnnxTensor;
  readonly bias: OnnxTensor | undefined;
}

function foldsOf(graph: OnnxGraph): ReadonlyMap<OnnxNode, Fold> {
  const constants = constantsOf(graph);
  const followers = followersOf(graph);
  const folds = new Map<OnnxNode, Fold>();
  for (const node of graph.node) {
    const [, weightName = '', biasName = ''] = node.input;
    const [output = ''] = node.output;
    const [weights, bias] = [constants.get(weightName), constants.get(biasName)];
    const follower = followers.get(output);
    const isWhole = isOp(node, 'Conv') && (biasName === '' || bias?.dataType === onnxTypes.float);
    if (!isWhole || follower === undefined || weights?.dataType !== onnxTypes.float) continue;
    const channels = { of: output, count: weights.dims[0] ?? 0, rank: weights.dims.length };
    const affine = affineOf(follower, channels, constants);
    if (affine !== undefined) folds.set(node, { follower, affine, weights, bias });
  }
  return folds;
}

/** Returns the convolution with its follower folded in, and the follower's output. */
function applyFold(node: OnnxNode, { follower, affine, weights, bias }: Fold, parts: Parts): OnnxNode {
  const { scale, shift } = affine;
  const [input = ''] = node.input;
  const values = floatsOf(weights) ?? new Float32Array();
  const before = (bias && floatsOf(bias)) ?? new Float32Array(scale.length);
  const perChannel = values.length / scale.length;
  const scaled = values.map((value, index) => value * (scale[Math.floor(index / perChannel)] ?? 0));
  const shifted = shift.map((value, channel) => (before[channel] ?? 0) * (scale[channel] ?? 0) + value);
  const [output = ''] = follower.output;
  return {
    ...node,
    input: [
      input,
      parts.add(`${output}_weights`, (name) => floatTensor(name, weights.dims, scaled)),
      parts.add(`${output}_bias`, (name) => floatTensor(name, [shift.length], shifted)),
    ],
    output: [output],
  };
}
