// What became of what was acknowledged.

import assert from 'node:assert/strict';
import { found } from '../support/findings.js';
import { listTasks, type Registrar } from '../support/registrar.js';
import type { ServiceProcess } from '../support/service-process.js';

/** When the first registration was acknowledged that began after a moment. */
export const firstBegunAfter = ({ acknowledged }: Registrar, moment: number): number =>
  Math.min(...acknowledged.filter(({ begunAt }) => begunAt > moment).map(({ at }) => at));

/** Every controller lists what was acknowledged. */
export async function noneLost(
  fault: string,
  { acknowledged }: Registrar,
  controllers: readonly ServiceProcess[],
): Promise<void> {
  const lists = await Promise.all(controllers.map(({ address }) => listTasks(address)));
  const lost = acknowledged.filter(({ name }) => !lists.every((tasks) => tasks.has(name)));
  found({ name: `${fault}: registrations acknowledged`, value: acknowledged.length, unit: '' });
  found({ name: `${fault}: of these lost`, value: lost.length, unit: '', reach: { exactly: 0 } });
  assert.deepEqual(lost, []);
}
