// The load generator: the rate that it keeps on one core, and its latencies next to those of h2load, in turn.

import { writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { percentile } from '@pareto/core';
import { createChannel, waitForReady } from '@pareto/rpc';
import { floats, freePorts, startChild, writeNpz } from '@pareto/testkit';
import { runLoadgen } from './loadgen/run-loadgen.js';
import { inputOf } from './path/input-of.js';
import { requireH2load } from './path/h2load.js';
import { measureWindow } from './path/measure-window.js';
import { pathModels } from './path/models.js';
import { spreadOf } from './path/pairs.js';
import { withPath, type Path } from './path/path.js';
import { progress, startBenchmark, type Row } from './report.js';

const ratesPerSecond = [500, 2_000, 5_000];
/** Models whose latencies both clients measure through the router. */
const compared = ['mlp-1KB', 'cnn-150KB', 'ocr-184KB'];
/** Share of the capacity that is offered. */
const load = 0.3;
const pairs = 7;
const [warmUpSeconds, seconds] = [1, 5];
const maxInFlight = 64;

/** Sends to a server that only returns an answer, so that the load generator is what is measured. */
async function measureRates(): Promise<readonly Row[]> {
  const [port = 0] = await freePorts(1);
  const script = fileURLToPath(new URL('./loadgen/answer-server.ts', import.meta.url));
  await using _ = startChild(process.execPath, ['--import=tsx', script, String(port)]);
  const address = `127.0.0.1:${port}`;
  const channel = createChannel(address);
  await waitForReady(channel, 20_000);
  channel.close();
  const rows: Row[] = [];
  for (const perSecond of ratesPerSecond) {
    progress(`${perSecond}/s on one core`);
    const { sender } = await runLoadgen({
      ...{ address, target: 'any', perSecond, warmUpSeconds, seconds: 2 * seconds, isPinned: true },
    });
    const of = `${perSecond}/s on one core`;
    const deviation = 100 * Math.abs(sender.sentPerSecond / perSecond - 1);
    rows.push(
      { name: `${of}: deviation of the rate`, value: deviation, unit: '%', reach: { atMost: 1 }, noise: Infinity },
      { name: `${of}: delay of sending, p50`, value: sender.lagMs.p50, unit: 'ms' },
      { name: `${of}: delay of sending, p99`, value: sender.lagMs.p99, unit: 'ms' },
      { name: `${of}: CPU`, value: sender.cpuUsPerRequest, unit: 'µs/request' },
    );
  }
  return rows;
}

const quantiles = { p50: 0.5, p90: 0.9, p99: 0.99 } as const;
type Quantile = keyof typeof quantiles;

async function compareClients(path: Path): Promise<readonly Row[]> {
  const { model, subjects } = path;
  const [router] = subjects.router.targets;
  const window = { inFlight: 16, warmMs: 2_000, windowMs: 2_000 };
  if (model.isDynamic === true) {
    await measureWindow(path, subjects.router, window);
    await path.waitForBucket();
  }
  const { rate } = await measureWindow(path, subjects.router, window);
  const perSecond = Math.round(rate * load);
  const data = path.file('input.npz');
  await writeFile(data, writeNpz({ x: floats(model.shape, [...inputOf(model.shape)]) }));
  const ratios: Record<Quantile, number[]> = { p50: [], p90: [], p99: [] };
  for (let pair = 0; pair < pairs; pair++) {
    progress(`${model.name}, ${perSecond}/s: pair ${pair + 1} of ${pairs}`);
    const times = { inFlight: maxInFlight, perSecond, warmMs: 1000 * warmUpSeconds, windowMs: 1000 * seconds };
    const { latenciesMs } = await measureWindow(path, subjects.router, times);
    const address = router?.address ?? '';
    const own = await runLoadgen({ address, target: model.name, data, perSecond, warmUpSeconds, seconds });
    for (const [name, quantile] of Object.entries(quantiles) as [Quantile, number][])
      ratios[name].push(own.latencyMs[name] / percentile(latenciesMs, quantile));
  }
  await path.checkReplicas();
  return Object.entries(ratios).flatMap(([name, values]) => {
    const { median, min, max } = spreadOf(values);
    const of = `${model.name}, ${100 * load} % load: ${name} of the load generator / of h2load`;
    return [
      { name: `${of}, deviation`, value: 100 * Math.abs(median - 1), unit: '%', reach: { atMost: 5 }, noise: Infinity },
      { name: of, value: median, unit: 'x' },
      { name: `${of}, min`, value: min, unit: 'x' },
      { name: `${of}, max`, value: max, unit: 'x' },
    ];
  });
}

const { only = '', report } = startBenchmark('loadgen');
requireH2load();
const rows: Row[] = [];
if ('rates'.includes(only)) rows.push(...(await measureRates()));
for (const model of pathModels)
  if (compared.includes(model.name) && model.name.includes(only)) rows.push(...(await withPath(model, compareClients)));
report(rows);
