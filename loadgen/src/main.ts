#!/usr/bin/env node
// The load generator's command.

import { createSeededRng, errorText, systemClock } from '@pareto/core';
import { createChannel, createRawCaller, waitForReady, type Channel } from '@pareto/rpc';
import { planArrivals } from '@pareto/workload';
import { formatReport } from './format-report.js';
import { objectiveParameters, parseOptions, type LoadgenOptions } from './options.js';
import { createSyntheticPayloads, readPayloads, type Payload } from './payloads.js';
import { runLoad } from './run-load.js';

/** Latency limit without --latency-ms: the default of a task. */
const defaultObjectiveMs = 1000;

async function loadPayloads(options: LoadgenOptions, channel: Channel): Promise<readonly Payload[]> {
  const given = { target: options.target, parameters: objectiveParameters(options), limit: 10_000 };
  if (options.data !== undefined) return readPayloads(options.data, given);
  return createSyntheticPayloads(channel, createSeededRng(options.seed), given);
}

async function run(options: LoadgenOptions, channels: readonly Channel[]): Promise<void> {
  const [first] = channels;
  if (first === undefined) return;
  await waitForReady(first, 5_000);
  const rng = createSeededRng(options.seed);
  const stopping = new AbortController();
  process.once('SIGINT', () => stopping.abort());
  const objectiveMs = options.latencyMs ?? defaultObjectiveMs;
  const report = await runLoad({
    arrivals: planArrivals({ kind: options.arrivals, ratePerSecond: options.rate }, options.duration * 1000, rng),
    payloads: await loadPayloads(options, first),
    objectiveMs,
    timeoutMs: options.timeoutMs,
    callers: channels.map((channel) => createRawCaller(channel, '/inference.GRPCInferenceService/ModelInfer')),
    clock: systemClock,
    rng,
    signal: stopping.signal,
  });
  console.log(options.output === 'json' ? JSON.stringify(report, null, 2) : formatReport(report, objectiveMs));
  if ((report.statuses['ok'] ?? 0) === 0) process.exitCode = 1;
}

const options = parseOptions(process.argv.slice(2).filter((argument) => argument !== '--'));
const channels = Array.from({ length: Math.round(options.connections) }, () => createChannel(options.address));
try {
  await run(options, channels);
} catch (error) {
  console.error(`loadgen: ${errorText(error)}`);
  process.exitCode = 1;
} finally {
  for (const channel of channels) channel.close();
}
// Node's own clean-up at the exit may hang after broken connections.
process.exit();
