// States objectives, for which Pareto selects variants.
// Usage: npx tsx examples/typescript/model-less.ts [ROUTER]

import { connect, ParetoError, tensor } from '@pareto/client';
import { classesOf, imagesOf } from './digits.js';

await using pareto = await connect({ routers: [process.argv[2] ?? '127.0.0.1:8001'] });
const image = tensor('FP32', [1, 1, 28, 28], imagesOf([7]));

for (const objective of [{ latencyMs: 100 }, { latencyMs: 100, minAccuracy: 0.98 }]) {
  const answer = await pareto.infer({ target: 'digits', inputs: { image }, objective });
  const scores = answer.outputs['logits'];
  if (scores?.datatype !== 'FP32') throw new Error('expected FP32 logits from digits');
  const accuracy = ((answer.accuracy ?? NaN) * 100).toFixed(2);
  console.log(
    `${JSON.stringify(objective)} → ${classesOf(scores.data)} by ${answer.variant}, right ${accuracy} % of the time`,
  );
}

// An infeasible objective is refused. The error names the nearest feasible one.
try {
  await pareto.infer({ target: 'digits', inputs: { image }, objective: { latencyMs: 100, minAccuracy: 1 } });
} catch (error) {
  if (!(error instanceof ParetoError)) throw error;
  console.log(`${error.code}: ${error.message}`);
}
