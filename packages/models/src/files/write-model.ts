// Writes a model to disk: its graph, and a file of external data for the weights that are marked for it.

import { open, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ParetoError } from '@pareto/core';
import { encodeOnnx } from '../onnx/onnx-codec.js';
import type { OnnxModel, OnnxTensor } from '../onnx/onnx.js';

export interface WrittenFile {
  /** Relative to the folder. */
  readonly path: string;
  readonly sizeBytes: number;
}

const graphName = 'model.onnx';
const weightsName = 'weights.bin';
/** Size of a memory page: ONNX Runtime maps tensors that start at a page, and copies others. */
const alignment = 4096;
const maxGraphBytes = 2 ** 31 - 1;

/**
 * Writes `model.onnx` into an existing folder, and `weights.bin` if some initializers have content and `dataLocation`
 * 1; each of them starts at a multiple of 4096. Throws `resource-exhausted` if the graph would be larger than 2 GiB.
 */
export async function writeModel(model: OnnxModel, folder: string): Promise<readonly WrittenFile[]> {
  const external = model.graph.initializer.filter(isExternal);
  const inlineBytes = model.graph.initializer.reduce(
    (sum, tensor) => sum + (isExternal(tensor) ? 0 : sizeOf(tensor)),
    0,
  );
  if (inlineBytes > maxGraphBytes) throw new ParetoError('resource-exhausted', 'its weights are larger than 2 GiB');
  const offsets = layOut(external);
  if (external.length > 0) await writeWeights(join(folder, weightsName), external, offsets);
  const initializer = model.graph.initializer.map((tensor) => withLocation(tensor, offsets.get(tensor)));
  await writeFile(join(folder, graphName), encodeOnnx({ ...model, graph: { ...model.graph, initializer } }));
  const names = external.length > 0 ? [graphName, weightsName] : [graphName];
  return Promise.all(names.map(async (path) => ({ path, sizeBytes: (await stat(join(folder, path))).size })));
}

const isExternal = ({ dataLocation, rawData }: OnnxTensor): boolean => dataLocation === 1 && rawData !== undefined;

const sizeOf = ({ rawData }: OnnxTensor): number => rawData?.byteLength ?? 0;

/** Returns the offset of each tensor in the file. */
function layOut(tensors: readonly OnnxTensor[]): ReadonlyMap<OnnxTensor, number> {
  const offsets = new Map<OnnxTensor, number>();
  let end = 0;
  for (const tensor of tensors) {
    const start = Math.ceil(end / alignment) * alignment;
    offsets.set(tensor, start);
    end = start + sizeOf(tensor);
  }
  return offsets;
}

async function writeWeights(
  path: string,
  tensors: readonly OnnxTensor[],
  offsets: ReadonlyMap<OnnxTensor, number>,
): Promise<void> {
  await using file = await open(path, 'w');
  for (const tensor of tensors) {
    const content = tensor.rawData ?? new Uint8Array();
    for (let written = 0; written < content.length;) {
      const position = (offsets.get(tensor) ?? 0) + written;
      written += (await file.write(content, written, content.length - written, position)).bytesWritten;
    }
  }
}

function withLocation({ rawData, ...tensor }: OnnxTensor, offset: number | undefined): OnnxTensor {
  if (rawData === undefined || offset === undefined) return rawData === undefined ? tensor : { ...tensor, rawData };
  const entry = (key: string, value: number | string) => ({ key, value: String(value) });
  const externalData = [entry('location', weightsName), entry('offset', offset), entry('length', rawData.byteLength)];
  return { ...tensor, externalData };
}
