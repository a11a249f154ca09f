// Reads the results of pytorch-image-models: image classifiers with their accuracy, size and speed.

import { readTable, type TableFile } from './read-table.js';

/** A pretrained classifier at one image size. */
export interface TimmModel {
  /** Name of the weights and the image size, which together are unique. */
  readonly name: string;
  /** Name of the architecture. */
  readonly base: string;
  readonly imageSize: number;
  /** Top-1 accuracy on ImageNet, as a fraction of 1. */
  readonly accuracy: number;
  /** Size of the weights as fp32. */
  readonly weightsMib: number;
  /** Multiplications and additions of an image, in billions. */
  readonly gmacs: number;
  /** Activations of an image, in millions of values. */
  readonly macts: number;
  /** Images per second on an RTX 5090 in mixed precision, in large batches. */
  readonly gpuPerSecond: number;
  readonly source: string;
}

const columns = [
  'model',
  'base',
  'img_size',
  'top1',
  'weights_mib_fp32',
  'gmacs',
  'macts_m',
  'rtx5090_amp_sps',
] as const;

export const readTimm = (file: TableFile): readonly TimmModel[] =>
  readTable(file, columns).map((row) => ({
    name: `${row.text('model')}@${row.number('img_size')}`,
    base: row.text('base'),
    imageSize: row.number('img_size'),
    accuracy: row.number('top1') / 100,
    weightsMib: row.number('weights_mib_fp32'),
    gmacs: row.number('gmacs'),
    macts: row.number('macts_m'),
    gpuPerSecond: row.number('rtx5090_amp_sps'),
    source: row.source,
  }));
