// Every step on the path of a query next to its limits: ONNX Runtime alone, a bare gRPC server, the same behind a
// pass-through, the worker alone, the whole path through the router, and the same in one process.

import { groupBy } from '@pareto/core';
import { estimateMs, planRun, type Form, type Load, type Plan } from './path/form.js';
import { requireH2load } from './path/h2load.js';
import { measureCell } from './path/measure-cell.js';
import { measureLight } from './path/measure-light.js';
import { withPath, type Path } from './path/path.js';
import { keptPairs } from './path/round.js';
import { cellRows, lightRows } from './path/rows.js';
import { runUnderNode } from './path/run-under-node.js';
import { warmUp } from './path/warm-up.js';
import { profilePath } from './profiling/profile-path.js';
import { progress, startBenchmark, type Row } from './report.js';

const minutes = (ms: number): string => `${(ms / 60_000).toFixed(1)} min`;

async function measureAll({ form, loads }: Plan): Promise<readonly Row[]> {
  const { typical, max } = estimateMs({ form, loads });
  progress(`Node ${process.versions.node}, ${loads.length} loads: about ${minutes(typical)}, at most ${minutes(max)}`);
  const rows: Row[] = [];
  let left = loads;
  for (const [model, ofModel] of groupBy(loads, (load) => load.model)) {
    progress(`${model.name}: starting, about ${minutes(estimateMs({ form, loads: left }).typical)} left`);
    await withPath(model, async (path) => {
      await warmUp(path, form);
      for (const load of ofModel) {
        const own = await measure(path, load, form);
        progress(`${load.name}: ${summarise(own)}`);
        rows.push(...own);
        left = left.slice(1);
      }
    });
  }
  return rows;
}

/** Returns the ratios, and what has a target, without the name of the load. */
const summarise = (rows: readonly Row[]): string =>
  rows
    .filter(({ name, unit, reach }) => reach !== undefined || (unit === 'x' && !/, m(in|ax)$/.test(name)))
    .map(
      ({ name, value, unit }) => `${name.slice(name.indexOf(': ') + 2)} ${value.toPrecision(3)}${unit && ` ${unit}`}`,
    )
    .join('; ');

async function measure(path: Path, load: Load, form: Form): Promise<readonly Row[]> {
  progress(load.name);
  if (!('inFlight' in load)) return lightRows(load, await measureLight(path, load, form));
  const rounds = await measureCell(path, load, form);
  const kept = keptPairs(rounds, form);
  if (kept < form.pairs) {
    progress(`${load.name}: the machine was too noisy: only ${kept} of ${form.pairs} pairs could be kept`);
  }
  return cellRows(load, rounds, form);
}

const { report, node, profile, ...options } = startBenchmark('path');
const exitCode = node === undefined ? undefined : await runUnderNode(node);
if (exitCode === undefined) {
  requireH2load();
  if (profile === undefined) {
    const rows = await measureAll(planRun(options));
    // The table is long, so it begins with the targets.
    report(rows.toSorted((a, b) => Number(b.reach !== undefined) - Number(a.reach !== undefined)));
  } else {
    await profilePath(profile, options.only);
  }
} else {
  process.exitCode = exitCode;
}
