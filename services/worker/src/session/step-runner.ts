// Carries out the orders to make and to measure, one at a time, and keeps what came of each until its order is gone.

import { errorText, milliseconds, type Measurement, type Milliseconds, type RecipeOutcome } from '@pareto/core';
import type { Logger } from '@pareto/telemetry';
import type { MakeOrder, MeasureOrder, DesiredState } from '../orders/desired-state.js';
import { makeVariant, type MakeDeps } from '../generating/make-variant.js';
import { measureVariant, type MeasureDeps } from '../measuring/measure-variant.js';

export interface StepRunnerOptions extends MakeDeps, MeasureDeps {
  readonly logger: Logger;
  /** Something is done, or begins. */
  readonly onChange: () => void;
}

/** What came of an order. */
export type StepResult =
  | { readonly kind: 'outcome'; readonly outcome: RecipeOutcome }
  | { readonly kind: 'measurement'; readonly measurement: Measurement };

export interface StepRunner {
  /** The variant being made (`ARCH:RECIPE`) or measured now; empty: none. */
  readonly current: string;
  /** How far that is, for people. */
  readonly progress: string;
  /** The whole list that is wanted now; what was begun is finished. */
  apply(orders: Pick<DesiredState, 'makes' | 'measures'>): void;
  /** To be sent until the controller takes the order back. */
  readonly results: readonly StepResult[];
  /** Drops the results whose order is gone and that the controller was told: another one than gave the order may not know of it. */
  dropDelivered(isDelivered: (result: StepResult) => boolean): void;
  stop(): Promise<void>;
}

/** An order as it is worked on. It rejects when it could not be carried out now, and is to be tried again. */
interface Step {
  readonly key: string;
  readonly name: string;
  readonly run: (reportProgress: (progress: string) => void, signal: AbortSignal) => Promise<StepResult>;
}

const [minPause, maxPause] = [1_000, 30_000];

export function createStepRunner(options: StepRunnerOptions): StepRunner {
  const { clock, logger, onChange } = options;
  const stopping = new AbortController();
  const results = new Map<string, StepResult>();
  const delays = new Map<string, { readonly tries: number; readonly until: Milliseconds }>();
  let wanted: readonly Step[] = [];
  let current = '';
  let progress = '';
  let running: Promise<void> | undefined;
  let pause = new AbortController();

  function report(name: string, text: string): void {
    [current, progress] = [name, text];
    onChange();
  }

  async function runSteps(): Promise<void> {
    while (!stopping.signal.aborted) {
      const [step] = wanted.filter(({ key }) => !results.has(key)).toSorted((a, b) => dueAt(a) - dueAt(b));
      if (step === undefined) break;
      if (dueAt(step) > clock.now()) await wait(milliseconds(dueAt(step) - clock.now()));
      else await carryOut(step);
    }
    report('', '');
    running = undefined;
  }
  const dueAt = ({ key }: Step): number => delays.get(key)?.until ?? 0;

  /** Other orders end it. */
  async function wait(delay: Milliseconds): Promise<void> {
    pause = new AbortController();
    await clock.sleep(delay, AbortSignal.any([pause.signal, stopping.signal])).catch(() => undefined);
  }

  async function carryOut({ key, name, run }: Step): Promise<void> {
    report(name, '');
    try {
      const result = await run((text) => void (progress = text), stopping.signal);
      results.set(key, result);
      delays.delete(key);
      logger.info('made or measured', { variant: name, ...result });
      report('', '');
    } catch (error) {
      if (stopping.signal.aborted) return;
      const tries = (delays.get(key)?.tries ?? 0) + 1;
      const delay = Math.min(maxPause, minPause * 2 ** (tries - 1));
      delays.set(key, { tries, until: milliseconds(clock.now() + delay) });
      logger.warn('could not make or measure yet', { variant: name, error: errorText(error) });
      report(name, `to be tried again: ${errorText(error)}`);
    }
  }

  return {
    get current() {
      return current;
    },
    get progress() {
      return progress;
    },
    apply({ makes, measures }) {
      wanted = [
        ...makes.map((order) => makeStep(order, options)),
        ...measures.map((order) => measureStep(order, options)),
      ];
      const keys = new Set(wanted.map(({ key }) => key));
      for (const key of delays.keys()) if (!keys.has(key)) delays.delete(key);
      pause.abort();
      if (!stopping.signal.aborted && wanted.some(({ key }) => !results.has(key))) running ??= runSteps();
    },
    get results() {
      return [...results.values()];
    },
    dropDelivered(isDelivered) {
      const keys = new Set(wanted.map(({ key }) => key));
      for (const [key, result] of results) if (!keys.has(key) && isDelivered(result)) results.delete(key);
    },
    async stop() {
      stopping.abort(new Error('the worker is stopping'));
      await running;
    },
  };
}

function makeStep(order: MakeOrder, deps: MakeDeps): Step {
  const { architecture, version, recipe, original, validation } = order;
  return {
    key: ['make', architecture, version, recipe, original.modelDigest, validation].join(' '),
    name: `${architecture}:${recipe}`,
    run: async (reportProgress, signal) => ({
      kind: 'outcome',
      outcome: await makeVariant(order, deps, { reportProgress, signal }),
    }),
  };
}

function measureStep(order: MeasureOrder, deps: MeasureDeps): Step {
  const { spec, hardwareClass, validation, metric } = order;
  return {
    key: ['measure', spec.variant, spec.version, spec.modelDigest, hardwareClass, metric, validation].join(' '),
    name: spec.variant,
    run: async (reportProgress, signal) => ({
      kind: 'measurement',
      measurement: await measureVariant(order, deps, { reportProgress, signal }),
    }),
  };
}
