// Checks of the queries and registrations that a test sent: how many failed, and how many were lost.

import assert from 'node:assert/strict';
import { found } from './findings.js';
import { minSent } from './length.js';
import { checkAccounts, type FullReport } from './load.js';
import { listTasks, type Registrar } from './registrar.js';
import type { ServiceProcess } from './service-process.js';

/** Reports how many queries were sent and failed. Asserts that none failed, and that enough were sent. */
export function noneFailed(fault: string, report: FullReport): void {
  const failed = checkAccounts(report, minSent);
  found({ name: `${fault}: Infers sent`, value: report.sent, unit: '' });
  found({ name: `${fault}: Infers failed`, value: failed, unit: '', reach: { exactly: 0 } });
  assert.equal(failed, 0, [JSON.stringify(report.statuses), ...report.errors].join('\n'));
}

/** Returns the time at which the first registration that started after `moment` was acknowledged. */
export const firstBegunAfter = ({ acknowledged }: Registrar, moment: number): number =>
  Math.min(...acknowledged.filter(({ begunAt }) => begunAt > moment).map(({ at }) => at));

/** Asserts that every controller lists all acknowledged registrations. */
export async function noneLost(
  fault: string,
  { acknowledged }: Registrar,
  controllers: readonly ServiceProcess[],
): Promise<void> {
  const lists = await Promise.all(controllers.map(({ address }) => listTasks(address)));
  const lost = acknowledged.filter(({ name }) => !lists.every((tasks) => tasks.has(name)));
  found({ name: `${fault}: registrations acknowledged`, value: acknowledged.length, unit: '' });
  found({ name: `${fault}: registrations lost`, value: lost.length, unit: '', reach: { exactly: 0 } });
  assert.deepEqual(lost, []);
}
