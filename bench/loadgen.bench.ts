// The load generator: the rate that it keeps on one core, and its latencies next to those of a Go client.

import { fileURLToPath } from 'node:url';
import { createChannel, waitForReady } from '@pareto/rpc';
import { createTempFolder, freePorts, startChild } from '@pareto/testkit';
import { compareClients } from './loadgen/compare-clients.js';
import { buildGoClient } from './loadgen/go-client.js';
import { runLoadgen } from './loadgen/run-loadgen.js';
import { requireH2load } from './path/h2load.js';
import { pathModels } from './path/models.js';
import { withPath } from './path/path.js';
import { progress, startBenchmark, type Row } from './report.js';

const ratesPerSecond = [500, 2_000, 5_000];
/** Models whose latencies both clients measure through the router. */
const compared = ['mlp-1KB', 'cnn-150KB', 'ocr-184KB'];
const [warmUpSeconds, seconds] = [1, 10];

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
      ...{ address, target: 'any', perSecond, warmUpSeconds, seconds, isPinned: true },
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

const { only = '', report } = startBenchmark('loadgen');
requireH2load();
const rows: Row[] = [];
if ('rates'.includes(only)) rows.push(...(await measureRates()));
const models = pathModels.filter(({ name }) => compared.includes(name) && name.includes(only));
if (models.length > 0) {
  await using folder = await createTempFolder();
  const sendFromGo = buildGoClient(folder.file('go-client'));
  for (const model of models) rows.push(...(await withPath(model, (path) => compareClients(path, sendFromGo))));
}
report(rows);
