// Text recognition whose answer is the likeliest class of each step, as services use it, instead of all probabilities.

import { readFile } from 'node:fs/promises';
import { readModel, writeModel } from '@pareto/models';
import { createTempFolder } from '@pareto/testkit';

const int64 = 7;

/** Returns the model of a file with an ArgMax in place of its output, which is the result of a Softmax. */
export async function pickClasses(file: string): Promise<Uint8Array> {
  const model = await readModel(file);
  const { node, output } = model.graph;
  const [softmax, scores] = [node.at(-1), output[0]];
  const type = scores?.type;
  if (softmax?.opType !== 'Softmax' || scores === undefined || type?.tensorType === undefined) {
    throw new Error(`${file} does not end in a Softmax`);
  }
  // Both operators have the attribute `axis`.
  const argMax = { ...softmax, name: 'classes', opType: 'ArgMax', input: [scores.name], output: ['classes'] };
  const classes = {
    ...scores,
    name: 'classes',
    type: { ...type, tensorType: { ...type.tensorType, elemType: int64 } },
  };
  await using folder = await createTempFolder();
  await writeModel({ ...model, graph: { ...model.graph, node: [...node, argMax], output: [classes] } }, folder.path);
  return await readFile(folder.file('model.onnx'));
}
