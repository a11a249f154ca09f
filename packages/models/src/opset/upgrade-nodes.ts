// Upgrades the operators that changed between opset 7 and 13 to opset 13.

import { onnxTypes } from '../onnx/onnx-tensor-data.js';
import type { OnnxNode, OnnxTensor } from '../onnx/onnx.js';
import { notRewritable, type NotRewritable } from '../rewrite/generator.js';
import { attributeToInput, inputOf, integers, type Upgraded, type Upgrader, type UpgradeContext } from './upgrader.js';
import { attributeOf, floatOf, intOf, intsOf, stringOf, withoutAttributes } from '../onnx/onnx-graph.js';
import { toHalf } from '../tensors/half.js';
import { intAttribute, makeNode, makeTensor, stringAttribute } from '../onnx/onnx-parts.js';
import { floatsOf } from '../onnx/onnx-tensor-values.js';

/** Adds a scalar of the model's float type. Undefined if the model has several. */
function floatScalar(node: OnnxNode, what: string, value: number, context: UpgradeContext): string | undefined {
  const { floatType, constant, name } = context;
  const content =
    floatType === onnxTypes.float
      ? Float32Array.of(value)
      : floatType === onnxTypes.double
        ? Float64Array.of(value)
        : floatType === onnxTypes.float16
          ? Uint16Array.of(toHalf(value))
          : undefined;
  if (floatType === undefined || content === undefined) return undefined;
  return constant(makeTensor(name(`${node.output[0] ?? ''}_${what}`), floatType, [], content));
}

const unknownType = (node: OnnxNode): NotRewritable =>
  notRewritable(`the float type of a bound or value of ${node.opType} is unknown, in a model of several float types`);

function upgradeClip(node: OnnxNode, context: UpgradeContext): Upgraded {
  const input = [inputOf(node, 0)];
  for (const bound of ['min', 'max']) {
    const value = attributeOf(node, bound)?.f;
    const scalar = value === undefined ? '' : floatScalar(node, bound, value, context);
    if (scalar === undefined) return unknownType(node);
    input.push(scalar);
  }
  return [{ ...withoutAttributes(node, 'min', 'max'), input }];
}

function upgradePad(node: OnnxNode, context: UpgradeContext): Upgraded {
  const value = floatOf(node, 'value', 0);
  const scalar = value === 0 ? [] : [floatScalar(node, 'value', value, context)];
  if (scalar.includes(undefined)) return unknownType(node);
  const pads = integers(node, 'pads', intsOf(node, 'pads') ?? [], context);
  const input = [inputOf(node, 0), pads, ...scalar.map((name) => name ?? '')];
  return [{ ...withoutAttributes(node, 'pads', 'value'), input }];
}

function upgradeSlice(node: OnnxNode, context: UpgradeContext): Upgraded {
  const given = ['starts', 'ends', 'axes'].flatMap((name) => {
    const values = intsOf(node, name);
    return values === undefined ? [] : [integers(node, name, values, context)];
  });
  return [{ ...withoutAttributes(node, 'starts', 'ends', 'axes'), input: [inputOf(node, 0), ...given] }];
}

function upgradeTopK(node: OnnxNode, context: UpgradeContext): Upgraded {
  const k = integers(node, 'k', [intOf(node, 'k', 1)], context);
  return [{ ...withoutAttributes(node, 'k'), input: [inputOf(node, 0), k] }];
}

function upgradeBatchNormalization(node: OnnxNode): Upgraded {
  if (intOf(node, 'spatial', 1) !== 1) return notRewritable('BatchNormalization is per element, which opset 9 removed');
  if (node.output.filter((name) => name !== '').length > 1)
    return notRewritable('BatchNormalization is in training mode');
  return [withoutAttributes(node, 'spatial')];
}

/** Removes the ratio, which has no effect on inference. */
function upgradeDropout(node: OnnxNode, { from }: UpgradeContext): Upgraded {
  if (from < 10 && (node.output[1] ?? '') !== '')
    return notRewritable("Dropout's mask is a tensor of floats before opset 10");
  return [withoutAttributes(node, 'ratio')];
}

/** Flattens the input around the operator: before opset 13, all dimensions from `axis` on were normalised together. */
function upgradeSoftmax(node: OnnxNode, { name, rankOf }: UpgradeContext): Upgraded {
  const axis = intOf(node, 'axis', 1);
  if (axis === -1 || axis + 1 === rankOf(inputOf(node, 0))) return [{ ...node, attribute: [intAttribute('axis', -1)] }];
  const [x, y] = [inputOf(node, 0), node.output[0] ?? ''];
  const [shape, flat, soft] = [name(`${y}_shape`), name(`${y}_flat`), name(`${y}_soft`)];
  return [
    makeNode('Shape', [x], [shape]),
    makeNode('Flatten', [x], [flat], { attribute: [intAttribute('axis', axis)] }),
    makeNode(node.opType, [flat], [soft], { name: node.name, attribute: [intAttribute('axis', -1)] }),
    makeNode('Reshape', [soft, shape], [y]),
  ];
}

/**
 * Both old operators use asymmetric coordinates, and round the nearest down when they enlarge and up when they shrink.
 */
function upgradeResize(node: OnnxNode, context: UpgradeContext): Upgraded {
  const attribute = attributeOf(node, 'scales');
  const given = context.constants.get(inputOf(node, 1));
  const scales = attribute?.floats ?? (given === undefined ? undefined : floatsOf(given));
  const mode = stringOf(node, 'mode', 'nearest');
  if (scales === undefined) return notRewritable(`${node.opType} has scales that are computed`);
  const [grows, shrinks] = [scales.some((scale) => scale > 1), scales.some((scale) => scale < 1)];
  if (grows && shrinks) return notRewritable(`${node.opType} enlarges some dimensions and shrinks others`);
  const input = attribute === undefined ? inputOf(node, 1) : context.constant(scalesTensor(node, scales, context));
  const attributes = [
    stringAttribute('mode', mode),
    stringAttribute('coordinate_transformation_mode', 'asymmetric'),
    ...(mode === 'nearest' ? [stringAttribute('nearest_mode', shrinks ? 'ceil' : 'floor')] : []),
  ];
  return [makeNode('Resize', [inputOf(node, 0), '', input], node.output, { name: node.name, attribute: attributes })];
}

const scalesTensor = (node: OnnxNode, scales: ArrayLike<number>, { name }: UpgradeContext): OnnxTensor =>
  makeTensor(name(`${node.output[0] ?? ''}_scales`), onnxTypes.float, [scales.length], Float32Array.from(scales));

/** Upgraders by operator type of ONNX. Operators that are not listed mean the same in opset 7 and 13. */
export const upgraders: ReadonlyMap<string, Upgrader> = new Map<string, Upgrader>([
  ['BatchNormalization', { since: 9, apply: upgradeBatchNormalization }],
  ['Clip', { since: 11, apply: upgradeClip }],
  ['Dropout', { since: 12, apply: upgradeDropout }],
  ['Hardmax', { since: 13, apply: upgradeSoftmax }],
  ['LogSoftmax', { since: 13, apply: upgradeSoftmax }],
  ['Pad', { since: 11, apply: upgradePad }],
  ['ReduceSum', { since: 13, apply: attributeToInput('axes', 1) }],
  ['Resize', { since: 11, apply: upgradeResize }],
  ['Scan', { since: 9, apply: () => notRewritable('Scan has a batch dimension before opset 9') }],
  ['Scatter', { since: 11, apply: (node) => [{ ...node, opType: 'ScatterElements' }] }],
  ['Slice', { since: 10, apply: upgradeSlice }],
  ['Softmax', { since: 13, apply: upgradeSoftmax }],
  ['Split', { since: 13, apply: attributeToInput('split', 1) }],
  ['Squeeze', { since: 13, apply: attributeToInput('axes', 1) }],
  ['TopK', { since: 10, apply: upgradeTopK }],
  ['Unsqueeze', { since: 13, apply: attributeToInput('axes', 1) }],
  ['Upsample', { since: 13, apply: upgradeResize }],
]);
