// Upgrades the operators that changed between opset 1 and 7 to opset 7, in two stages. Opset 7 is the oldest whose
// operators ONNX Runtime includes completely.

import { onnxTypes } from '../onnx/onnx-tensor-data.js';
import type { OnnxNode } from '../onnx/onnx.js';
import { attributeOf, floatOf, intOf, intsOf, stringOf, withoutAttributes } from '../onnx/onnx-graph.js';
import {
  floatAttribute,
  floatsAttribute,
  floatTensor,
  int64Tensor,
  intAttribute,
  intsAttribute,
  makeNode,
  stringAttribute,
} from '../onnx/onnx-parts.js';
import { floatsOf, integersOf } from '../onnx/onnx-tensor-values.js';
import { notRewritable } from '../rewrite/generator.js';
import { attributeToInput, inputOf, integers, type Upgraded, type Upgrader, type UpgradeContext } from './upgrader.js';

const same: Upgrader['apply'] = (node) => [node];

/** Adds an attribute with the former default, unless the node has it. */
const withDefault =
  (name: string, attribute: ReturnType<typeof intAttribute>): Upgrader['apply'] =>
  (node) => [attributeOf(node, name) === undefined ? { ...node, attribute: [...node.attribute, attribute] } : node];

/** Replaces the name of a type, e.g. `FLOAT`, by its number. */
function upgradeCast(node: OnnxNode): Upgraded {
  const name = stringOf(node, 'to', '').toLowerCase();
  const found = Object.entries(onnxTypes).find(([type]) => type === name);
  if (found === undefined) return notRewritable(`Cast converts to ${JSON.stringify(name)}, which is not a type`);
  return [{ ...node, attribute: [intAttribute('to', found[1])] }];
}

/** Replaces the exponent, which was a float, by an integer. */
function upgradeLpPool(node: OnnxNode): Upgraded {
  const p = floatOf(node, 'p', 2);
  if (!Number.isInteger(p)) return notRewritable(`${node.opType} has the exponent ${p}, and only integers remained`);
  return [{ ...node, attribute: [...withoutAttributes(node, 'p').attribute, intAttribute('p', p)] }];
}

function upgradePaddings(node: OnnxNode): Upgraded {
  const pads = intsAttribute('pads', intsOf(node, 'paddings') ?? []);
  return [{ ...node, attribute: [...withoutAttributes(node, 'paddings').attribute, pads] }];
}

/** Moves the sizes, which could be a second input, to the attribute. */
function upgradeSplit(node: OnnxNode, context: UpgradeContext): Upgraded {
  if (attributeOf(node, 'axis') === undefined) return notRewritable('Split has no axis, which had no default');
  if (inputOf(node, 1) === '') return [node];
  const sizes = numbersAt(node, 1, context);
  if (sizes === undefined) return notRewritable('Split has sizes that are computed');
  return [{ ...node, input: [inputOf(node, 0)], attribute: [...node.attribute, intsAttribute('split', sizes)] }];
}

/** Replaces the axis and its number of copies by a number of copies for each axis. */
function upgradeTile(node: OnnxNode, context: UpgradeContext): Upgraded {
  const rank = context.rankOf(inputOf(node, 0));
  const [copies, axis] = [numbersAt(node, 1, context)?.[0], numbersAt(node, 2, context)?.[0]];
  if (copies === undefined || axis === undefined) return notRewritable('Tile has copies or an axis that are computed');
  if (rank === undefined) return unknownRank(node);
  const repeats = Array.from({ length: rank }, (_, index) => (index === axis ? copies : 1));
  const name = context.name(`${node.output[0] ?? ''}_repeats`);
  return [{ ...node, input: [inputOf(node, 0), context.constant(int64Tensor(name, repeats))] }];
}

/** Returns the elements of a constant input, which may be of any type of numbers. Undefined if it is computed. */
function numbersAt(node: OnnxNode, index: number, { constants }: UpgradeContext): readonly number[] | undefined {
  const tensor = constants.get(inputOf(node, index));
  if (tensor === undefined) return undefined;
  const floats = floatsOf(tensor);
  return floats === undefined ? integersOf(tensor) : [...floats];
}

const unknownRank = ({ opType }: OnnxNode): Upgraded =>
  notRewritable(`${opType} broadcasts by position, to a tensor whose number of dimensions is unknown`);

/** Aligns the second input with dimensions from `axis` on of the first, by dimensions of size 1 at its end. */
function upgradeBroadcast(node: OnnxNode, context: UpgradeContext): Upgraded {
  const plain = withoutAttributes(node, 'broadcast', 'axis');
  if (intOf(node, 'broadcast', 0) === 0 || attributeOf(node, 'axis') === undefined) return [plain];
  const [rank, ownRank] = [context.rankOf(inputOf(node, 0)), context.rankOf(inputOf(node, 1))];
  if (rank === undefined || ownRank === undefined) return unknownRank(node);
  const axis = intOf(node, 'axis', 0);
  return withTrailing(plain, rank - (axis < 0 ? axis + rank : axis) - ownRank, ownRank, context);
}

/** Aligns a slope for each channel with the second dimension. */
function upgradePRelu(node: OnnxNode, context: UpgradeContext): Upgraded {
  const [rank, slopeRank] = [context.rankOf(inputOf(node, 0)), context.rankOf(inputOf(node, 1))];
  if (slopeRank !== undefined && slopeRank !== 1) return [node];
  if (rank === undefined || slopeRank === undefined) return unknownRank(node);
  return withTrailing(node, rank - 2, 1, context);
}

/** Appends `count` dimensions of size 1 to the second input, which has `rank` dimensions. */
function withTrailing(node: OnnxNode, count: number, rank: number, { name }: UpgradeContext): Upgraded {
  if (count <= 0) return [node];
  const aligned = name(`${inputOf(node, 1)}_aligned`);
  const axes = intsAttribute(
    'axes',
    Array.from({ length: count }, (_, index) => rank + index),
  );
  return [
    makeNode('Unsqueeze', [inputOf(node, 1)], [aligned], { attribute: [axes] }),
    { ...node, input: [inputOf(node, 0), aligned] },
  ];
}

/** Removes the outputs of training, which a node in test mode does not fill. */
function upgradeBatchNormalization(node: OnnxNode): Upgraded {
  const isTraining = node.output.filter((name) => name !== '').length > 1 && intOf(node, 'is_test', 0) === 0;
  if (isTraining) return notRewritable('BatchNormalization is in training mode');
  return [{ ...withoutAttributes(node, 'is_test'), output: node.output.slice(0, 1) }];
}

function upgradeUpsample(node: OnnxNode): Upgraded {
  const scales = [1, 1, floatOf(node, 'height_scale', 1), floatOf(node, 'width_scale', 1)];
  const mode = stringOf(node, 'mode', 'nearest') === 'nearest' ? 'nearest' : 'linear';
  return [{ ...node, attribute: [stringAttribute('mode', mode), floatsAttribute('scales', scales)] }];
}

/** Replaces an experimental operator, with which PyTorch exported the initial state of recurrent layers. */
function upgradeConstantFill(node: OnnxNode, context: UpgradeContext): Upgraded {
  const type = intOf(node, 'dtype', onnxTypes.float);
  if (type !== onnxTypes.float) return notRewritable(`ConstantFill creates elements of ONNX element type ${type}`);
  const { name, constant } = context;
  const y = node.output[0] ?? '';
  const [whole, given, count, flat] = ['shape', 'given', 'count', 'flat'].map((what) => name(`${y}_${what}`));
  const own = inputOf(node, 0) === '' ? integers(node, 'dims', intsOf(node, 'shape') ?? [], context) : (given ?? '');
  const isShape = intOf(node, 'input_as_shape', 0) === 1;
  const first = isShape
    ? makeNode('Cast', [inputOf(node, 0)], [own], { attribute: [intAttribute('to', onnxTypes.int64)] })
    : makeNode('Shape', [inputOf(node, 0)], [own]);
  const extra = integers(node, 'extra', intsOf(node, 'extra_shape') ?? [], context);
  const value = constant(floatTensor(name(`${y}_value`), [1], [floatOf(node, 'value', 0)]));
  return [
    ...(inputOf(node, 0) === '' ? [] : [first]),
    makeNode('Concat', [own, extra], [whole ?? ''], { attribute: [intAttribute('axis', 0)] }),
    makeNode('ReduceProd', [whole ?? ''], [count ?? ''], { attribute: [intsAttribute('axes', [0])] }),
    makeNode('Tile', [value, count ?? ''], [flat ?? '']),
    makeNode('Reshape', [flat ?? '', whole ?? ''], [y], { name: node.name }),
  ];
}

const activations = [
  ...['Affine', 'Elu', 'HardSigmoid', 'LeakyRelu', 'Relu', 'ScaledTanh', 'Sigmoid', 'Softplus', 'Softsign', 'Tanh'],
  'ThresholdedRelu',
];

/** Corrects the case of activations: early exporters wrote `tanh` for `Tanh`, which ONNX Runtime does not accept in an RNN. */
function upgradeRecurrent(node: OnnxNode): Upgraded {
  const plain = withoutAttributes(node, 'output_sequence');
  const correct = (given: Uint8Array): Uint8Array => {
    const text = Buffer.from(given).toString().toLowerCase();
    const known = activations.find((name) => name.toLowerCase() === text);
    return known === undefined ? given : Buffer.from(known);
  };
  return [{ ...plain, attribute: plain.attribute.map((one) => ({ ...one, strings: one.strings.map(correct) })) }];
}

const without =
  (...names: readonly string[]): Upgrader['apply'] =>
  (node) => [withoutAttributes(node, ...names)];

const table = (
  since: number,
  apply: Upgrader['apply'],
  ...opTypes: readonly string[]
): readonly (readonly [string, Upgrader])[] => opTypes.map((opType) => [opType, { since, apply }] as const);

/** Operators that listed the inputs they overwrite before opset 6, and are the same otherwise. */
const overwriting = [
  ...['Abs', 'Add', 'BatchNormalization', 'Ceil', 'Clip', 'Div', 'Dropout', 'Elu', 'Exp', 'Floor', 'Gemm'],
  ...['HardSigmoid', 'InstanceNormalization', 'LeakyRelu', 'Log', 'Max', 'Mean', 'Min', 'Mul', 'Neg', 'PRelu'],
  ...['Reciprocal', 'Relu', 'Sigmoid', 'Sqrt', 'Sub', 'Sum', 'Tanh'],
];

function upgradeSelu(node: OnnxNode): Upgraded {
  const attribute = [
    floatAttribute('alpha', floatOf(node, 'alpha', 1.6732)),
    floatAttribute('gamma', floatOf(node, 'gamma', 1.0507)),
  ];
  return [{ ...node, attribute }];
}

/** Upgraders to opset 6, by operator type. */
export const upgradersTo6: ReadonlyMap<string, Upgrader> = new Map([
  ...table(2, upgradeLpPool, 'GlobalLpPool', 'LpPool'),
  ...table(2, upgradePaddings, 'Pad'),
  ...table(2, upgradeSplit, 'Split'),
  ...table(3, same, 'GRU'),
  ...table(4, withDefault('axis', intAttribute('axis', 1)), 'Concat'),
  ...table(5, attributeToInput('shape', 1), 'Reshape'),
  ...table(6, upgradeCast, 'Cast'),
  ...table(6, upgradeSelu, 'Selu'),
  ...table(6, upgradeTile, 'Tile'),
  ...table(6, without('consumed_inputs'), ...overwriting),
]);

/** Upgraders from opset 6 to 7, by operator type. */
export const upgradersTo7: ReadonlyMap<string, Upgrader> = new Map([
  ...table(7, upgradeBroadcast, 'Add', 'And', 'Div', 'Equal', 'Greater', 'Less', 'Mul', 'Or', 'Pow', 'Sub', 'Xor'),
  ...table(7, same, 'AveragePool'),
  ...table(7, upgradeBatchNormalization, 'BatchNormalization'),
  ...table(7, upgradeConstantFill, 'ConstantFill'),
  ...table(7, without('is_test'), 'Dropout'),
  ...table(7, without('broadcast'), 'Gemm'),
  ...table(7, upgradeRecurrent, 'GRU', 'LSTM', 'RNN'),
  ...table(7, upgradePRelu, 'PRelu'),
  ...table(7, upgradeUpsample, 'Upsample'),
]);

/** Operators that are the same from opset 1 to 7. The last lines are experimental ones that ONNX Runtime includes. */
export const unchangedOperators: ReadonlySet<string> = new Set([
  ...['ArgMax', 'ArgMin', 'Constant', 'Conv', 'ConvTranspose', 'DepthToSpace', 'Flatten', 'Gather'],
  ...['GlobalAveragePool', 'GlobalMaxPool', 'Hardmax', 'Identity', 'If', 'LRN', 'LogSoftmax', 'Loop'],
  ...['LpNormalization', 'MatMul', 'MaxPool', 'MaxRoiPool', 'Not', 'RandomNormal', 'RandomNormalLike'],
  ...['RandomUniform', 'RandomUniformLike', 'ReduceL1', 'ReduceL2', 'ReduceLogSum', 'ReduceLogSumExp', 'ReduceMax'],
  ...['ReduceMean', 'ReduceMin', 'ReduceProd', 'ReduceSum', 'ReduceSumSquare', 'Shape', 'Size', 'Slice', 'Softmax'],
  ...['Softplus', 'Softsign', 'SpaceToDepth', 'Squeeze', 'TopK', 'Transpose', 'Unsqueeze'],
  ...['Affine', 'Crop', 'DynamicSlice', 'ImageScaler', 'MeanVarianceNormalization', 'ParametricSoftplus', 'Scale'],
  ...['ScaledTanh', 'ThresholdedRelu'],
]);
