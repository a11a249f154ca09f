// Bounded open-loop load on the routers, with the outcome of every request.

import assert from 'node:assert/strict';
import { createSeededRng, systemClock } from '@pareto/core';
import { runLoad, type LoadReport, type Payload } from '@pareto/loadgen';
import { encodeInferRequest } from '@pareto/protocol';
import { type RawCaller } from '@pareto/rpc';
import { planArrivals } from '@pareto/workload';
import { createBalancedCaller, type BalancedCaller } from './balanced-caller.js';
import type { TestClient } from './client.js';
import { classesOf, type Digits } from './digits.js';

export interface Load {
  readonly caller: BalancedCaller;
  /** Stops sending. Resolves when all sent requests have an outcome. */
  stop(): Promise<FullReport>;
}

export interface FullReport extends LoadReport {
  /** Time and error of each failed query. */
  readonly errors: readonly string[];
}

export interface LoadSettings {
  readonly payloads: readonly Payload[];
  readonly ratePerSecond: number;
}

/** Maximum duration, longer than any test. */
const maxMs = 600_000;

/** Sends an open loop of requests, balanced over the routers, until it is stopped. */
export function startLoad(routers: readonly string[], settings: LoadSettings): Load {
  const { payloads, ratePerSecond } = settings;
  const caller = createBalancedCaller(routers);
  const ended = new AbortController();
  const rng = createSeededRng(1);
  const startedAt = performance.now();
  const errors: string[] = [];
  const call: RawCaller = async (body, options) => {
    try {
      return await caller.call(body, options);
    } catch (error) {
      errors.push(`after ${((performance.now() - startedAt) / 1000).toFixed(1)} s: ${String(error)}`);
      throw error;
    }
  };
  const running = runLoad({
    loop: { kind: 'open', arrivals: planArrivals({ kind: 'poisson', ratePerSecond }, maxMs, rng) },
    callers: [call],
    classes: [{ name: 'all', objectiveMs: 1_000, payloads }],
    timeoutMs: 10_000,
    signal: ended.signal,
    ...{ clock: systemClock, rng },
  });
  return {
    caller,
    async stop() {
      ended.abort();
      try {
        return { ...(await running), errors };
      } finally {
        caller[Symbol.dispose]();
      }
    },
  };
}

const failed = ({ sent, statuses }: LoadReport): number => sent - (statuses['ok'] ?? 0);

/**
 * Asserts that each request has one status and each answer is correct. Returns the number of requests without an
 * answer.
 */
export function checkAccounts(report: LoadReport, minSent: number): number {
  const { sent, statuses, labelled, right } = report;
  assert.ok(sent >= minSent, `${sent} requests were sent: expected at least ${minSent}`);
  const ended = Object.values(statuses).reduce((sum, count) => sum + count, 0);
  assert.equal(ended, sent, 'every request ends in one status');
  assert.equal(labelled, statuses['ok'] ?? 0, 'every answer is compared with its label');
  assert.equal(right, labelled, 'every answer is right');
  return failed(report);
}

/** Number of samples that are sent again and again. */
const samples = 30;

/** Returns queries of samples that the task's only model classifies correctly, with a long latency limit. */
export async function rightPayloads(client: TestClient, digits: Digits, task: string): Promise<readonly Payload[]> {
  const parameters = { latency_ms: 8_000 };
  const payloads: Payload[] = [];
  for (let index = 0; index < samples; index++) {
    const inputs = [digits.input(index)];
    const answer = await client.infer(task, inputs, parameters);
    if (classesOf(answer)[0] !== digits.label(index)) continue;
    const body = encodeInferRequest({ modelName: task, parameters: Object.entries(parameters), inputs });
    payloads.push({ body, label: digits.label(index) });
  }
  assert.ok(payloads.length > 0.8 * samples, `${payloads.length} of ${samples} samples are answered correctly`);
  return payloads;
}
