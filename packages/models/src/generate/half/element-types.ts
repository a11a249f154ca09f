// Infers the element types of a node's outputs from those of its inputs.

import { onnxTypes } from '../../onnx/onnx-tensor-data.js';
import type { OnnxGraph, OnnxNode } from '../../onnx/onnx.js';
import { attributeOf, constantOf, graphsIn, intOf } from '../../onnx/onnx-graph.js';

const { bool, float, int64, string } = onnxTypes;

/** Element types by tensor. Undefined if the type is unknown, or if the value is not a tensor. */
export type ElementTypes = ReadonlyMap<string, number | undefined>;

/** Types of outputs that do not depend on the inputs. */
const fixed: ReadonlyMap<string, number> = new Map<string, number>([
  ...['Shape', 'Size', 'ArgMax', 'ArgMin', 'NonZero', 'NonMaxSuppression'].map((type) => [type, int64] as const),
  ...['Equal', 'Greater', 'GreaterOrEqual', 'Less', 'LessOrEqual', 'And', 'Or', 'Not', 'Xor', 'IsNaN', 'IsInf'].map(
    (type) => [type, bool] as const,
  ),
  ['TfIdfVectorizer', float],
]);

/** Types of further outputs that differ from the first. */
const seconds: ReadonlyMap<string, number> = new Map([
  ['TopK', int64],
  ['MaxPool', int64],
  ['Unique', int64],
  ['Dropout', bool],
]);

/** Index of the input whose type the outputs have, if it is not the first. */
const followed: ReadonlyMap<string, number> = new Map([
  ['Where', 1],
  ['OneHot', 2],
  ['CastLike', 1],
]);

/** Returns the types of a node's outputs. `within` returns those of the outputs of a nested graph. */
export function outputTypes(
  node: OnnxNode,
  types: ElementTypes,
  within: (graph: OnnxGraph) => readonly (number | undefined)[],
): readonly (number | undefined)[] {
  const [graph] = graphsIn(node);
  // The first output of a loop's body is its condition.
  if (graph !== undefined) return within(graph).slice(node.opType === 'Loop' ? 1 : 0);
  if (node.domain === 'ai.onnx.ml') return typesOfLearned(node, types);
  const first = fixed.get(node.opType) ?? declaredByNode(node) ?? typeOfInput(node, types);
  return node.output.map((_, index) => (index === 0 ? first : (seconds.get(node.opType) ?? first)));
}

function typeOfInput(node: OnnxNode, types: ElementTypes): number | undefined {
  const name = node.input[followed.get(node.opType) ?? 0] ?? '';
  return types.get(name);
}

const floatsOfLearned: ReadonlySet<string> = new Set([
  ...['OneHotEncoder', 'Scaler', 'Normalizer', 'FeatureVectorizer'],
  ...['LinearRegressor', 'SVMRegressor', 'TreeEnsembleRegressor'],
]);

/** Returns the types of outputs of operators for classical models. */
function typesOfLearned(node: OnnxNode, types: ElementTypes): readonly (number | undefined)[] {
  const has = (name: string): boolean => attributeOf(node, name) !== undefined;
  const inputType = typeOfInput(node, types);
  if (floatsOfLearned.has(node.opType)) return [float];
  // The outputs are labels and scores.
  if (node.opType.endsWith('Classifier')) return [has('classlabels_strings') ? string : int64, float];
  if (node.opType === 'CategoryMapper') return [inputType === string ? int64 : string];
  if (node.opType !== 'LabelEncoder') return [inputType];
  if (has('values_floats')) return [float];
  if (has('values_int64s')) return [int64];
  return [has('values_strings') || inputType === int64 ? string : int64];
}

function declaredByNode(node: OnnxNode): number | undefined {
  switch (node.opType) {
    case 'Cast':
      return intOf(node, 'to', float);
    case 'Constant':
      return constantOf(node)?.dataType;
    case 'ConstantOfShape':
      return attributeOf(node, 'value')?.t?.dataType ?? float;
    case 'EyeLike':
    case 'RandomNormalLike':
    case 'RandomUniformLike':
      return attributeOf(node, 'dtype') === undefined ? undefined : intOf(node, 'dtype', float);
    case 'RandomNormal':
    case 'RandomUniform':
      return intOf(node, 'dtype', float);
    case 'HannWindow':
    case 'HammingWindow':
    case 'BlackmanWindow':
    case 'MelWeightMatrix':
      return intOf(node, 'output_datatype', float);
    case 'Multinomial':
      return intOf(node, 'dtype', onnxTypes.int32);
    default:
      return undefined;
  }
}
