// Registers a folder of 140 small models with the `pareto` command, and queries each model until it answers: the time
// from the start of the command to the first answer of each.

import { writeFile } from 'node:fs/promises';
import { milliseconds, percentile, systemClock } from '@pareto/core';
import { createTempFolder, matrixModel } from '@pareto/testkit';
import { createTestClient, type TestClient } from '../test/support/client.js';
import { startCluster } from '../test/support/cluster.js';
import { startPareto } from '../test/support/pareto.js';
import { progress, startBenchmark } from './report.js';

const count = 140;
const sides = Array.from({ length: count }, (_, index) => 8 + index);
const nameOf = (side: number): string => `model-${side}`;
const patience = milliseconds(600_000);

/** Returns the time at which the model answered first. Throws if that takes longer than `patience`. */
async function firstAnswer(client: TestClient, side: number, started: number): Promise<number> {
  const input = { name: 'x', datatype: 'FP32', shape: [1, side], raw: Buffer.alloc(4 * side) } as const;
  for (;;) {
    const answered = await client.infer(nameOf(side), [input]).then(
      () => true,
      () => false,
    );
    const ms = systemClock.now() - started;
    if (answered) return ms;
    if (ms > patience) throw new Error(`${nameOf(side)} did not answer within ${patience} ms`);
    await systemClock.sleep(milliseconds(200));
  }
}

const { report } = startBenchmark('register');
await using folder = await createTempFolder();
for (const side of sides) await writeFile(folder.file(`${nameOf(side)}.onnx`), matrixModel(side));
await using cluster = await startCluster({ workers: 2, profileMs: 4_000 });
using client = createTestClient(cluster);
const started = systemClock.now();
const command = startPareto('--controller', cluster.controller.address, 'register', folder.path);
const ended = command.exited.then(({ code }) => {
  if (code !== 0) throw new Error(command.output);
  return systemClock.now() - started;
});
// Few queries are in flight at a time: the client has the same cores.
const times: number[] = [];
for (let from = 0; from < count; from += 10) {
  const some = sides.slice(from, from + 10).map((side) => firstAnswer(client, side, started));
  times.push(...(await Promise.all(some)));
  progress(`${times.length} of ${count} models have answered after ${Math.round(Math.max(...times))} ms`);
}
progress('waiting for the end of the command: all models are measured');
const allMs = await ended;
const ascending = times.toSorted((a, b) => a - b);
report([
  { name: `${count} models: median first answer`, value: percentile(ascending, 0.5) / 1000, unit: 's' },
  {
    name: `${count} models: last first answer`,
    value: (ascending.at(-1) ?? NaN) / 1000,
    unit: 's',
    reach: { below: 30 },
  },
  { name: `${count} models: all measured`, value: allMs / 1000, unit: 's' },
]);
