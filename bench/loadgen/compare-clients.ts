// The latencies of one model through the router, as the load generator and the Go client measure them side by side.

import { writeFile } from 'node:fs/promises';
import { percentile } from '@pareto/core';
import { floats, writeNpz } from '@pareto/testkit';
import { planRun } from '../path/form.js';
import { inputOf } from '../path/input-of.js';
import { measureWindow } from '../path/measure-window.js';
import { spreadOf } from '../path/pairs.js';
import type { Path } from '../path/path.js';
import { warmUp } from '../path/warm-up.js';
import { progress, type Row } from '../report.js';
import type { GoClient } from './go-client.js';
import { runLoadgen } from './run-loadgen.js';

/** Share of the capacity that both offer together. */
const load = 0.3;
/** Shares of this rate, in turn. They differ, so that the requests of one meet those of the other at all distances. */
const shares = [0.52, 0.48] as const;
const pairs = 7;
/** The load generator starts later than the Go client, within the warm-up. */
const warmUpSeconds = 2;
/** Least duration of a pair, and least number of requests of each client, of which p99 leaves out the two slowest. */
const [minSeconds, minRequests] = [12, 250];

type Latencies = Readonly<Record<'p50' | 'p90' | 'p99', number>>;

const latenciesOf = (ascendingMs: Float64Array): Latencies => ({
  p50: percentile(ascendingMs, 0.5),
  p90: percentile(ascendingMs, 0.9),
  p99: percentile(ascendingMs, 0.99),
});

export async function compareClients(path: Path, sendFromGo: GoClient): Promise<readonly Row[]> {
  const { model, subjects, bodyFile } = path;
  const address = subjects.router.targets[0]?.address ?? '';
  await warmUp(path, planRun({}).form);
  const { rate } = await measureWindow(path, subjects.router, { inFlight: 16, warmMs: 500, windowMs: 2_000 });
  const perSecond = rate * load;
  const data = path.file('input.npz');
  await writeFile(data, writeNpz({ x: floats(model.shape, [...inputOf(model.shape)]) }));
  const seconds = Math.max(minSeconds, Math.ceil(minRequests / (perSecond * shares[1])));
  const run = { address, warmUpSeconds, seconds };
  const rounds: { readonly own: Latencies; readonly go: Latencies }[] = [];
  while (rounds.length < pairs) {
    progress(`${model.name}, ${Math.round(perSecond)}/s: round ${rounds.length + 1} of ${pairs}`);
    const [ownShare, goShare] = rounds.length % 2 === 0 ? shares : ([shares[1], shares[0]] as const);
    const [{ latencyMs }, goMs] = await Promise.all([
      runLoadgen({ ...run, perSecond: perSecond * ownShare, target: model.name, data }),
      sendFromGo({ ...run, perSecond: perSecond * goShare, bodyFile }),
    ]);
    rounds.push({ own: latencyMs, go: latenciesOf(goMs.toSorted()) });
  }
  await path.checkReplicas();
  return (['p50', 'p90', 'p99'] as const).flatMap((quantile): readonly Row[] => {
    const { median, min, max } = spreadOf(rounds.map(({ own, go }) => own[quantile] / go[quantile]));
    const of = `${model.name}, ${100 * load} % load: ${quantile} of the load generator / of the Go client`;
    const deviation = 100 * Math.abs(median - 1);
    return [
      { name: `${of}, deviation`, value: deviation, unit: '%', reach: { atMost: 5 }, noise: Infinity },
      { name: of, value: median, unit: 'x' },
      { name: `${of}, min`, value: min, unit: 'x' },
      { name: `${of}, max`, value: max, unit: 'x' },
    ];
  });
}
