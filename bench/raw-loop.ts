// Runs a model in ONNX Runtime alone, in a loop on one thread: `raw-loop.ts MODEL IMAGE-SIDE BATCH...`. Prints items
// per second by batch as JSON.

import { InferenceSession, Tensor } from 'onnxruntime-node';
import { systemClock } from '@pareto/core';

const warmMs = 300;
const measureMs = 1_500;

const [model = '', side = '', ...batches] = process.argv.slice(2);
const session = await InferenceSession.create(model, { intraOpNumThreads: 1, interOpNumThreads: 1 });

async function itemsPerSecond(batch: number): Promise<number> {
  const dims = [batch, 1, Number(side), Number(side)];
  const data = Float32Array.from({ length: dims.reduce((a, b) => a * b) }, (_, index) => (index % 11) / 11);
  const feeds = Object.fromEntries(session.inputNames.map((name) => [name, new Tensor('float32', data, dims)]));
  const from = systemClock.now() + warmMs;
  let items = 0;
  for (let now = systemClock.now(); now < from + measureMs; now = systemClock.now()) {
    await session.run(feeds);
    if (now >= from) items += batch;
  }
  return (items * 1000) / measureMs;
}

const rates: Record<string, number> = {};
for (const batch of batches.map(Number)) rates[batch] = await itemsPerSecond(batch);
process.stdout.write(JSON.stringify(rates));
