#!/usr/bin/env node
// The load generator's command.

import { createSeededRng, errorText } from '@pareto/core';
import { createChannel, createHttp2Channel, waitForReady, type Channel, type Http2Channel } from '@pareto/rpc';
import { planArrivals, planQueries, type QueryClass } from '@pareto/workload';
import { arrivalProcesses } from './arrival-processes.js';
import { formatReport } from './format-report.js';
import { objectiveParameters, parseOptions, queryClasses, type LoadgenOptions } from './options.js';
import { createSyntheticPayloads, readPayloads, type Payload } from './payloads.js';
import { createPreciseClock } from './load/precise-clock.js';
import { runLoad, type LoadClass } from './load/run-load.js';

/** Limit of the payloads of all classes together. */
const maxPayloads = 10_000;

async function loadPayloads(
  options: LoadgenOptions,
  queryClass: QueryClass,
  channel: Channel,
): Promise<readonly Payload[]> {
  const limit = Math.ceil(maxPayloads / queryClasses(options).length);
  const given = { target: options.target, parameters: objectiveParameters(options, queryClass), limit };
  if (options.data !== undefined) return readPayloads(options.data, given);
  return createSyntheticPayloads(channel, createSeededRng(options.seed), given);
}

const loadClasses = (options: LoadgenOptions, channel: Channel): Promise<readonly LoadClass[]> =>
  Promise.all(
    queryClasses(options).map(async (queryClass) => {
      const { name, latencyMs: objectiveMs } = queryClass;
      return { name, objectiveMs, payloads: await loadPayloads(options, queryClass, channel) };
    }),
  );

async function run(options: LoadgenOptions, channel: Channel, channels: readonly Http2Channel[]): Promise<void> {
  await waitForReady(channel, 5_000);
  using clock = createPreciseClock();
  const rng = createSeededRng(options.seed);
  const stopping = new AbortController();
  process.once('SIGINT', () => stopping.abort());
  const arrivals = planArrivals(arrivalProcesses[options.arrivals](options.rate), options.duration * 1000, rng);
  const { classIndexes } = planQueries(arrivals, queryClasses(options), rng);
  const report = await runLoad({
    loop: { kind: 'open', arrivals },
    classIndexes,
    classes: await loadClasses(options, channel),
    timeoutMs: options.timeoutMs,
    callers: channels.map((each) => each.caller('/inference.GRPCInferenceService/ModelInfer')),
    ...{ clock, rng },
    signal: stopping.signal,
  });
  console.log(options.output === 'json' ? JSON.stringify(report, null, 2) : formatReport(report));
  if ((report.statuses['ok'] ?? 0) === 0) process.exitCode = 1;
}

const options = parseOptions(process.argv.slice(2).filter((argument) => argument !== '--'));
const channel = createChannel(options.address);
const channels = Array.from({ length: Math.round(options.connections) }, () => createHttp2Channel(options.address));
try {
  await run(options, channel, channels);
} catch (error) {
  console.error(`loadgen: ${errorText(error)}`);
  process.exitCode = 1;
} finally {
  for (const each of [channel, ...channels]) each.close();
}
// Node's own clean-up at the exit may hang after broken connections.
process.exit();
