// A program of threads that pretend to simulate, by the name of the policy.

import { writeFile } from 'node:fs/promises';
import { pathToFileURL } from 'node:url';
import type { TempFolder } from '@pareto/testkit';
import { fakeResult } from './fake-result.js';

const source = `
import { parentPort, workerData } from 'node:worker_threads';
const { policy, seed } = workerData;
const send = (simulatedMs) => parentPort.postMessage({ kind: 'result', result: { ...RESULT, policy, seed, simulatedMs } });
parentPort.postMessage({ kind: 'progress', share: 0.25 });
if (policy === 'throws') throw new Error('no memory');
else if (policy === 'exits') process.exit(0);
else if (policy === 'fails') parentPort.postMessage({ kind: 'failed', error: 'the trace ends' });
else if (policy === 'hangs') for (;;);
else if (policy === 'plans') parentPort.once('message', () => parentPort.postMessage({ kind: 'stopped' }));
else if (policy === 'endless') parentPort.once('message', () => send(15000));
else send(60000);
`;

/** Writes the program, and returns its URL. */
export async function writeFakeSimulation(folder: TempFolder): Promise<URL> {
  const file = folder.file('fake-simulation.mjs');
  await writeFile(file, source.replace('RESULT', JSON.stringify(fakeResult())));
  return pathToFileURL(file);
}
