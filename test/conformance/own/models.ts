// The models of our own cases, in addition to the reference's, written as a repository in Triton's layout.

import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { writeModel, type Dim } from '@pareto/testkit';

interface OwnModel {
  /** Element type of the identity on `input`, as numbered by ONNX. */
  readonly type: number;
  readonly dims: readonly Dim[];
  readonly input?: string;
  readonly output?: string;
  readonly labels?: readonly string[];
}

const [float, uint16, uint32] = [1, 4, 12];

const ownModels: Readonly<Record<string, OwnModel>> = {
  'id-uint16': { type: uint16, dims: ['batch', 4] },
  'id-uint32': { type: uint32, dims: ['batch', 4] },
  /** Model with several dimensions in addition to the batch. */
  cube: { type: float, dims: ['batch', 2, 3] },
  /** Model that only the test of counters queries. */
  counted: { type: float, dims: ['batch', 4] },
  labelled: { type: float, dims: ['batch', 4], labels: ['cat', 'dog', 'owl', 'red fox'] },
  unicode: { type: float, dims: ['batch', 4], input: 'größe', output: '出力' },
};

export const ownModelNames: readonly string[] = Object.keys(ownModels);

export async function writeOwnModels(folder: string): Promise<void> {
  for (const [name, model] of Object.entries(ownModels)) {
    await mkdir(join(folder, name, '1'), { recursive: true });
    await writeFile(join(folder, name, '1', 'model.onnx'), identity(model));
    await writeFile(join(folder, name, 'config.pbtxt'), configOf(name, model));
    if (model.labels !== undefined) await writeFile(join(folder, name, 'labels.txt'), `${model.labels.join('\n')}\n`);
  }
}

function identity({ type, dims, input = 'x', output = 'y' }: OwnModel): Uint8Array {
  return writeModel({
    nodes: [{ op: 'Identity', inputs: [input], outputs: [output] }],
    inputs: [{ name: input, type, dims }],
    outputs: [{ name: output, type, dims }],
  });
}

function configOf(name: string, { labels, dims, output = 'y' }: OwnModel): string {
  const lines = [`name: "${name}"`, 'backend: "onnxruntime"', 'max_batch_size: 8'];
  if (labels === undefined) return `${lines.join('\n')}\n`;
  const fields = [`name: "${output}"`, 'data_type: TYPE_FP32', `dims: [ ${dims.slice(1).join(', ')} ]`];
  return [...lines, `output [ { ${[...fields, 'label_filename: "labels.txt"'].join(' ')} } ]`, ''].join('\n');
}
