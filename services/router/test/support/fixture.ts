// Starts a router with a fake controller and fake workers, which `cleanUp` stops.

import type { Clock } from '@pareto/core';
import type { wire } from '@pareto/protocol';
import { waitFor } from '@pareto/testkit';
import type { LocalWorker, RouterConfig } from '../../src/index.js';
import { startController, type FakeController } from './fake-controller.js';
import { startWorker, type FakeWorker } from './fake-worker.js';
import { tableOf, type ReplicaFields, type VariantFields } from './rows.js';
import { startRouter, type TestRouter } from './test-router.js';

export interface Fixture {
  readonly controller: FakeController;
  readonly router: TestRouter;
  readonly workers: readonly FakeWorker[];
}

export interface FixtureFields {
  readonly variants?: readonly VariantFields[];
  /**
   * Architectures of the replicas of each worker. Replica ids are `ARCHITECTURE-INDEX`, with the index of the worker.
   */
  readonly workers?: readonly (readonly string[])[];
  readonly defaultObjective?: wire.ObjectiveInput;
  readonly config?: Partial<RouterConfig>;
  /** Clock of the router. */
  readonly clock?: Clock;
  /** Set if the first worker is in the process of the router. */
  readonly isLocal?: boolean;
}

export const tiny: VariantFields = { name: 'tiny', p99Ms: 2, accuracy: 0.9, cost: 1 };
export const large: VariantFields = { name: 'large', p99Ms: 20, accuracy: 0.99, cost: 20 };

const cleanUps: (() => unknown)[] = [];

export async function cleanUp(): Promise<void> {
  for (const each of cleanUps.splice(0).toReversed()) await each();
}

export async function addWorker(...replicas: readonly string[]): Promise<FakeWorker> {
  const worker = await startWorker(...replicas);
  cleanUps.push(() => worker.close());
  return worker;
}

export async function addController(
  rows: readonly wire.TableRowInput[] | undefined,
  epoch?: string,
): Promise<FakeController> {
  const controller = await startController(rows, epoch);
  cleanUps.push(() => controller.close());
  return controller;
}

export async function addRouter(
  controllers: FakeController | readonly FakeController[],
  config?: Partial<RouterConfig>,
  clock?: Clock,
  local?: LocalWorker,
): Promise<TestRouter> {
  const addresses = [controllers].flat().map(({ address }) => address);
  const router = await startRouter(addresses, config, { clock, local });
  cleanUps.push(() => router.stop());
  return router;
}

/** Resolves when the router is ready. */
export async function startFixture(fields: FixtureFields = {}): Promise<Fixture> {
  const { variants = [tiny, large], workers: loaded = [['tiny', 'large']], defaultObjective } = fields;
  const workers: FakeWorker[] = [];
  for (const [i, names] of loaded.entries()) workers.push(await addWorker(...names.map((name) => `${name}-${i}`)));
  const rows = tableOf(variants, replicasOf(loaded, workers), defaultObjective);
  const controller = await addController(rows);
  const local = fields.isLocal === true ? workers[0]?.local : undefined;
  const router = await addRouter(controller, fields.config, fields.clock, local);
  await untilReady(router);
  return { controller, router, workers };
}

/** Describes what is the same for a worker in another process and for one in the process of the router. */
export function describeBoth(
  title: string,
  define: (start: (fields?: FixtureFields) => Promise<Fixture>, isLocal: boolean) => void,
): void {
  for (const isLocal of [false, true]) {
    describe(`${title}, ${isLocal ? 'in the process of the worker' : 'with a connection to the worker'}`, () =>
      define((fields) => startFixture({ ...fields, isLocal }), isLocal));
  }
}

function replicasOf(loaded: readonly (readonly string[])[], workers: readonly FakeWorker[]): readonly ReplicaFields[] {
  return loaded.flatMap((names, i) =>
    names.map((of) => ({ id: `${of}-${i}`, of, worker: `w${i}`, address: workers[i]?.address ?? '' })),
  );
}

export const untilReady = (router: TestRouter): Promise<true> =>
  waitFor('a table', async () => ((await router.protocol.serverReady({})).ready ? true : undefined));
