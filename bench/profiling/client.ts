// The load generator as the client of a profiled run, in a closed loop.

import { writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { startChild, writeNpz, type Child } from '@pareto/testkit';
import { inputOf } from '../path/input-of.js';
import type { Path } from '../path/path.js';

const program = fileURLToPath(new URL('../../loadgen/dist/main.js', import.meta.url));

/** Keeps requests in flight to the router until it is disposed. `env` is that of the agents. */
export async function startClient(
  { model, subjects, file }: Path,
  inFlight: number,
  env: Readonly<Record<string, string>>,
): Promise<Child> {
  const [router] = subjects.router.targets;
  if (router === undefined) throw new Error('the router has no address');
  const samples = file('samples.npz');
  const data = new Uint8Array(inputOf(model.shape).buffer);
  await writeFile(samples, writeNpz({ x: { descr: '<f4', dims: model.shape, data } }));
  const load = ['--data', samples, '--latency-ms', '10000', '--in-flight', String(inFlight), '--duration', '1h'];
  return startChild(
    process.execPath,
    [program, '--address', router.address, '--target', model.name, ...load, '--quiet'],
    { env },
  );
}
