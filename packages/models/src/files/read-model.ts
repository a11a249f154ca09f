// Reads a model from disk: its graph and its external data.

import { constants, open, readFile, stat, type FileHandle } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { cutText, ParetoError, publicText } from '@pareto/core';
import { externalPath } from '../inspection/inspect.js';
import { decodeOnnx, tensorsOf } from '../onnx/onnx-codec.js';
import { tensorBytes } from '../onnx/onnx-tensor-data.js';
import type { OnnxModel, OnnxTensor } from '../onnx/onnx.js';
import { mapTensors } from '../onnx/map-parts.js';

/** Limit of a protobuf message: a rewrite needs the whole model in one. */
const maxBytes = 2 ** 31 - 1;

/**
 * Reads a model by the path of its graph, with its external data inline. Throws `invalid-argument` if a file is damaged
 * or missing, or if the model is larger than 2 GiB.
 */
export async function readModel(graphPath: string): Promise<OnnxModel> {
  checkSize((await stat(graphPath)).size);
  const model = decodeOnnx(await readFile(graphPath));
  const external = [...tensorsOf(model)].filter(({ dataLocation }) => dataLocation === 1);
  if (external.length === 0) return model;
  checkSize(external.reduce((total, { dataType, dims }) => total + (tensorBytes(dataType, dims) ?? 0), 0));
  const contents = await readExternal(dirname(graphPath), external);
  return mapTensors(model, (tensor) => {
    const rawData = contents.get(tensor);
    return rawData === undefined ? tensor : { ...tensor, rawData, dataLocation: 0, externalData: [] };
  });
}

function checkSize(sizeBytes: number): void {
  if (sizeBytes <= maxBytes) return;
  throw new ParetoError(
    'invalid-argument',
    `the model has ${(sizeBytes / 2 ** 30).toFixed(1)} GiB: variants are generated only from models below 2 GiB`,
  );
}

async function readExternal(
  folder: string,
  tensors: readonly OnnxTensor[],
): Promise<ReadonlyMap<OnnxTensor, Uint8Array>> {
  const contents = new Map<OnnxTensor, Uint8Array>();
  const files = new Map<string, FileHandle>();
  try {
    for (const tensor of tensors) {
      const path = externalPath(tensor);
      const file = files.get(path) ?? (await openExternal(folder, path));
      files.set(path, file);
      contents.set(tensor, await readTensor(file, path, tensor));
    }
  } finally {
    await Promise.all([...files.values()].map((file) => file.close()));
  }
  return contents;
}

/**
 * Opens a file without blocking, even if the path is a pipe that nothing writes to. Throws `invalid-argument` if it is
 * not a file.
 */
async function openExternal(folder: string, path: string): Promise<FileHandle> {
  const file = await open(join(folder, path), constants.O_RDONLY | constants.O_NONBLOCK).catch((cause: unknown) => {
    throw unreadable(path, publicText(cause), cause);
  });
  if ((await file.stat()).isFile()) return file;
  await file.close();
  throw unreadable(path, 'it is not a file');
}

const unreadable = (path: string, why: string, cause?: unknown): ParetoError =>
  new ParetoError('invalid-argument', `the model's external data ${path} can't be read: ${why}`, { cause });

async function readTensor(file: FileHandle, path: string, tensor: OnnxTensor): Promise<Uint8Array> {
  const entry = (key: string): string | undefined => tensor.externalData.find((found) => found.key === key)?.value;
  const expected = tensorBytes(tensor.dataType, tensor.dims);
  const length = Number(entry('length') ?? expected);
  const position = Number(entry('offset') ?? 0);
  const content = Buffer.alloc(expected ?? 0);
  if (length === expected && Number.isSafeInteger(position) && position >= 0) {
    const { bytesRead } = await file.read(content, 0, content.length, position);
    if (bytesRead === content.length) return content;
  }
  throw new ParetoError(
    'invalid-argument',
    `tensor ${JSON.stringify(cutText(tensor.name))} needs ${expected ?? 'no'} bytes at offset ${position} of ${path}: the file is damaged or belongs to another model`,
  );
}
