// Classifies ten digits in one query, then each in its own query over one stream.
// Usage: npx tsx examples/typescript/batch.ts [ROUTER]

import { connect, tensor, type Answer } from '@pareto/client';
import { classesOf, imagesOf } from './digits.js';

await using pareto = await connect({ routers: [process.argv[2] ?? '127.0.0.1:8001'] });
const digits = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9];
const objective = { latencyMs: 1_000, minAccuracy: 0.98 };

const together = await pareto.infer({
  target: 'digits',
  inputs: { image: tensor('FP32', [10, 1, 28, 28], imagesOf(digits)) },
  objective,
});
console.log(`together: ${classesOfAnswer(together)} by ${together.variant}`);

const queries = digits.map((digit) => ({
  target: 'digits',
  id: String(digit),
  inputs: { image: tensor('FP32', [1, 1, 28, 28], imagesOf([digit])) },
  objective,
}));
for await (const each of pareto.stream(queries)) {
  if (each.kind === 'failed') console.log(`${each.id}: ${each.reason}`);
  else console.log(`${each.id}: ${classesOfAnswer(each.answer)} by ${each.answer.variant}`);
}

function classesOfAnswer({ outputs }: Answer): string {
  const scores = outputs['logits'];
  if (scores?.datatype !== 'FP32') throw new Error('expected FP32 logits from digits');
  return classesOf(scores.data);
}
