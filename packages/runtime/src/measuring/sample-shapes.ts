// Which sizes dynamic dimensions are given when nothing but the signature is known: likely ones first. Pure.

import type { Profile, Signature, TensorSpec } from '@pareto/core';

type Shapes = Profile['shapes'];
/** The size of a dynamic dimension, by where it stands among an input's dimensions. */
type Size = (spec: TensorSpec, at: number) => number;

const imageSize = 224;
const tokens = 16;
/** Samples of sound: 32 ms at 16 kHz, the step of voice detectors. */
const sound = 512;
const uniform = [8, 32, 64, imageSize] as const;

/** Of inputs with dynamic dimensions, without the batch; each to be tried in turn. A single empty one where all is fixed. */
export function sampleShapes(signature: Signature): readonly Shapes[] {
  const dynamic = signature.inputs.filter(({ dims }) => dims.includes(-1));
  if (dynamic.length === 0) return [{}];
  const shapes = (size: Size): Shapes =>
    Object.fromEntries(
      dynamic.map((spec) => [spec.name, spec.dims.map((dim, at) => (dim < 0 ? size(spec, at) : dim))]),
    );
  const last =
    (length: number): Size =>
    ({ dims }, at) =>
      at === dims.length - 1 && at > 0 ? length : 1;
  const likely: Size = (spec, at) => likelySize(spec, at, signature.batched);
  const all = [likely, last(tokens), last(sound), () => 1, ...uniform.map((length) => () => length)].map(shapes);
  return [...new Map(all.map((one) => [JSON.stringify(one), one])).values()];
}

/** Pictures have two dimensions and few channels beside the batch; whole numbers are tokens; else one of each. */
function likelySize({ datatype, dims }: TensorSpec, at: number, batched: boolean): number {
  const item = batched ? dims : dims.slice(1);
  const place = batched ? at : at - 1;
  if (place < 0 || datatype === 'BYTES') return 1;
  const isChannel = (dim: number | undefined): boolean => dim !== undefined && [1, 3, 4].includes(dim);
  if (item.length === 3 && (isChannel(item[0]) || isChannel(item[2]))) return imageSize;
  const isWhole = datatype.startsWith('INT') || datatype.startsWith('UINT');
  return isWhole && item.length === 1 ? tokens : 1;
}
