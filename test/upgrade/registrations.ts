// Registrations that the tests make with either release, and checks that these still exist and serve queries.

import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { hardwareClassOf } from '@pareto/core';
import type { wire } from '@pareto/protocol';
import { waitFor } from '@pareto/testkit';
import type { TestClient } from '../support/client.js';
import { classesOf, readDigitModel, validationFile, type Digits } from '../support/digits.js';

const recipes = ['original', 'int8-dynamic'];
const items = 10;

/**
 * Registers a task, a model, a file generated from it, and two rules. Asserts that each step succeeds, that each
 * variant answers, and that the rule which pins one variant is followed.
 */
export async function registerAll(client: TestClient, digits: Digits, task: string): Promise<void> {
  const name = `${task}-mlp`;
  await client.registerTask(task, { validation: await readFile(validationFile), objective: { latencyMs: 20_000 } });
  await client.registerModel(task, name, await readDigitModel('mlp-tiny'), { recipes, keepDominated: true });
  const jobs = await client.waitUntilDone(task, 400_000);
  const steps = jobs.flatMap((job) => job.steps);
  assert.ok(
    steps.length >= 2 * recipes.length - 1,
    `a file is generated, and each variant is measured: ${show(steps)}`,
  );
  for (const step of steps) assert.equal(step.state, 'done', show(step));
  for (const recipe of recipes) await classesBy(client, digits, `${name}:${recipe}`);
  const rule = { task, target: pinnedIn(task), actor: 'the test of upgrades' };
  await client.registry.setRule({ ...rule, kind: 'warm', reason: 'it is kept warm' });
  await client.registry.setRule({ ...rule, kind: 'pin', reason: 'it is pinned' });
  await waitForPin(client, digits, task);
}

const pinnedIn = (task: string): string => `${task}-mlp:int8-dynamic`;

/** Waits until the rule of `registerAll` is in force: the pinned variant answers queries for the task. */
export async function waitForPin(client: TestClient, digits: Digits, task: string): Promise<void> {
  const check = async (): Promise<true> => {
    const { parameters } = await client.infer(task, [digits.input(0)], { latency_ms: 20_000 });
    assert.equal(parameters.get('pareto_variant'), pinnedIn(task));
    return true;
  };
  await waitFor(`${pinnedIn(task)} to answer queries for ${task}`, check);
}

/** Returns all registrations by kind and name, without values that change by themselves: load, replicas and prices. */
export type Inventory = ReadonlyMap<string, unknown>;

export async function takeInventory(client: TestClient, digits: Digits): Promise<Inventory> {
  const [{ tasks, architectures, variants, outcomes }, { rules }] = await Promise.all([
    client.registry.list({}),
    client.registry.listRules({}),
  ]);
  const inventory = new Map<string, unknown>();
  for (const task of tasks) inventory.set(`task ${task.name}`, task);
  for (const { servedVersion: _s, currentVersion: _c, keptMs: _k, ...architecture } of architectures)
    inventory.set(`architecture ${architecture.name} ${architecture.version}`, architecture);
  for (const outcome of outcomes)
    inventory.set(`file ${outcome.architecture} ${outcome.version} ${outcome.recipe}`, outcome);
  for (const variant of variants) {
    const measurements = unique(variant.measurements.map(withoutTimes));
    inventory.set(`variant ${variant.name} ${variant.version}`, { sizeBytes: variant.sizeBytes, measurements });
    inventory.set(`classes by ${variant.name}`, await classesBy(client, digits, variant.name));
  }
  for (const { id, kind, task, target, reason, actor } of rules)
    inventory.set(`rule ${id}`, { kind, task, target, reason, actor });
  return inventory;
}

/**
 * Returns a measurement without times. A new ONNX Runtime causes a new profile, so only the accuracy stays the same.
 */
const withoutTimes = ({ hardwareClass, accuracy, error, profile }: wire.Measurement): object => ({
  // Older releases added the memory of a slot.
  ...{ hardwareClass: hardwareClassOf(hardwareClass), accuracy, error },
  isProfiled: (profile?.points.length ?? 0) > 0,
});

/** A worker of an older release that starts with other free memory has another class, on which the variant is measured, too. */
const unique = (measurements: readonly object[]): readonly unknown[] =>
  [...new Set(measurements.map((one) => JSON.stringify(one)))].map((text) => JSON.parse(text) as unknown);

async function classesBy(client: TestClient, digits: Digits, variant: string): Promise<readonly number[]> {
  const response = await client.infer(variant, [digits.input(0, items)], { latency_ms: 20_000 });
  assert.equal(response.parameters.get('pareto_variant'), variant);
  const classes = classesOf(response);
  const right = classes.filter((digit, index) => digit === digits.label(index)).length;
  assert.ok(right >= 0.8 * items, `${variant} recognises ${right} of ${items} digits`);
  return classes;
}

/** Asserts that all of `before` is still registered, unchanged. Later registrations are ignored. */
export function assertKept(before: Inventory, after: Inventory): void {
  const kept = new Map(Array.from(before.keys(), (key) => [key, after.get(key)]));
  assert.deepEqual(kept, before);
}

const show = (value: unknown): string => JSON.stringify(value);
