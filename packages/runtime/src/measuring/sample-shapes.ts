// Guesses sizes for dynamic dimensions from the signature, the likeliest first.

import type { Profile, Signature, TensorSpec } from '@pareto/core';

type Shapes = Profile['shapes'];
/** Returns the size of the dynamic dimension at index `at` of an input. */
type Size = (spec: TensorSpec, at: number) => number;

const imageSize = 224;
const tokenCount = 16;
/** Audio samples: 32 ms at 16 kHz, the window of voice activity detectors. */
const audioSamples = 512;
const uniformSizes = [8, 32, 64, imageSize] as const;

/**
 * Returns shapes to try in order, of the inputs with dynamic dimensions, without the batch. Returns one empty record if
 * there are none.
 */
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
  const all = [
    likely,
    last(tokenCount),
    last(audioSamples),
    () => 1,
    ...uniformSizes.map((length) => () => length),
  ].map(shapes);
  return [...new Map(all.map((one) => [JSON.stringify(one), one])).values()];
}

/**
 * Returns the likeliest size: that of an image for two dimensions with few channels, that of a text for a list of
 * integers, else 1.
 */
function likelySize({ datatype, dims }: TensorSpec, at: number, batched: boolean): number {
  const item = batched ? dims : dims.slice(1);
  const index = batched ? at : at - 1;
  if (index < 0 || datatype === 'BYTES') return 1;
  const isChannel = (dim: number | undefined): boolean => dim !== undefined && [1, 3, 4].includes(dim);
  if (item.length === 3 && (isChannel(item[0]) || isChannel(item[2]))) return imageSize;
  const isWhole = datatype.startsWith('INT') || datatype.startsWith('UINT');
  return isWhole && item.length === 1 ? tokenCount : 1;
}
