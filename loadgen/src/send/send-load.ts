// Sends the load of the settings, and returns what was measured.

import { cpus } from 'node:os';
import { createSeededRng, systemClock, type Clock } from '@pareto/core';
import type { RawCaller } from '@pareto/rpc';
import { createProgressTally, type ProgressTally } from '../live/progress-tally.js';
import { createProgressView } from '../live/progress-view.js';
import { progressForm, showProgress, type ProgressOutput } from '../live/show-progress.js';
import { createPreciseClock } from '../load/precise-clock.js';
import { runLoad } from '../load/run-load.js';
import { createStreams } from '../plan/create-streams.js';
import { intervalMsOf, planLoad } from '../plan/plan-load.js';
import type { LoadSettings } from '../settings/load-settings.js';
import type { LoadRun } from '../tally/load-run.js';
import type { Outcome } from '../tally/outcome.js';
import { connect } from './connect.js';
import { loadClasses } from './load-classes.js';

export interface SendOptions {
  /** Stops the sending early. Requests in flight are still waited for. */
  readonly signal: AbortSignal;
  /** Output of the progress. None if undefined. */
  readonly output: ProgressOutput | undefined;
  /** Called with the reason why an address gets no requests. */
  readonly warn: (text: string) => void;
  readonly clock?: Clock;
}

export async function sendLoad(given: LoadSettings, options: SendOptions): Promise<LoadRun> {
  const { signal, output, warn, clock = systemClock } = options;
  const { warmUpMs, durationMs, timeoutMs } = given;
  const rng = createSeededRng(given.seed);
  const plan = planLoad(given, await createStreams(given), rng);
  using connection = await connect(given, warn);
  const settings = { ...given, address: connection.address };
  const classes = await loadClasses(settings, connection.channel);
  signal.throwIfAborted();
  using preciseClock = createPreciseClock();
  const { moments } = progressForm(output ?? {});
  const tally = createProgressTally(classes, moments);
  const view = createProgressView({ plan, warmUpMs, durationMs, tally, moments, signal, clock });
  using _ = output === undefined ? undefined : showProgress(output, view, clock);
  const startedAt = new Date(clock.wallMs()).toISOString();
  const report = await runLoad({
    ...{ ...plan, classes, warmUpMs, timeoutMs, rng, signal },
    ...(output !== undefined && { onOutcome: (outcome: Outcome) => tally.count(outcome) }),
    intervalMs: intervalMsOf(durationMs),
    callers: connection.callers.map((call) => (output === undefined ? call : countSent(call, tally))),
    clock: preciseClock,
  });
  const { headers } = settings;
  const hidden = Object.fromEntries(Object.keys(headers).map((name) => [name, '***']));
  const about = { settings: { ...settings, headers: hidden }, interrupted: signal.aborted, startedAt };
  return { ...about, ...describeMachine(), ...report };
}

const countSent =
  (call: RawCaller, tally: ProgressTally): RawCaller =>
  (body, options) => {
    tally.sent();
    return call(body, options);
  };

const describeMachine = (): Pick<LoadRun, 'machine' | 'node'> => ({
  machine: `${cpus().length} x ${cpus()[0]?.model.trim() ?? 'unknown CPU'}`,
  node: process.versions.node,
});
