// Uses the Open Inference Protocol over HTTP, with fetch only.
// Usage: npx tsx examples/typescript/protocol.ts [HTTP]

import { classesOf, imagesOf } from './digits.js';

const url = `http://${process.argv[2] ?? '127.0.0.1:8000'}/v2/models/digits`;

interface Metadata {
  readonly inputs: readonly { readonly name: string; readonly datatype: string; readonly shape: readonly number[] }[];
}
const { inputs } = (await (await fetch(url)).json()) as Metadata;
console.log(
  `digits takes ${inputs.map(({ name, datatype, shape }) => `${name} ${datatype}[${shape.join()}]`).join(', ')}`,
);

const request = {
  id: 'example-1',
  inputs: [{ name: 'image', datatype: 'FP32', shape: [1, 1, 28, 28], data: imagesOf([7]) }],
  // A parameter that only Pareto supports: the minimum accuracy of the variant.
  parameters: { min_accuracy: 0.98 },
};
const response = await fetch(`${url}/infer`, { method: 'POST', body: JSON.stringify(request) });
const answer = (await response.json()) as {
  readonly error?: string;
  readonly outputs: readonly { readonly data: readonly number[] }[];
  readonly parameters: { readonly pareto_variant: string };
};
if (!response.ok) throw new Error(answer.error);
console.log(`${classesOf(answer.outputs[0]?.data ?? [])} by ${answer.parameters.pareto_variant}`);
