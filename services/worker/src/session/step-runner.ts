// Carries out make and measure orders, one at a time, and keeps each result until its order is withdrawn.

import { milliseconds, publicText, type Measurement, type Milliseconds, type RecipeOutcome } from '@pareto/core';
import type { Logger } from '@pareto/telemetry';
import type { MakeOrder, MeasureOrder, DesiredState } from '../orders/desired-state.js';
import { makeVariant, type MakeDeps } from '../generating/make-variant.js';
import { measureVariant, type MeasureDeps } from '../measuring/measure-variant.js';

export interface StepRunnerOptions extends MakeDeps, MeasureDeps {
  readonly logger: Logger;
  /** Called when a step starts or ends. */
  readonly onChange: () => void;
}

/** Result of an order. */
export type StepResult =
  | { readonly kind: 'outcome'; readonly outcome: RecipeOutcome }
  | { readonly kind: 'measurement'; readonly measurement: Measurement };

export interface StepRunner {
  /** Variant that is being made (`ARCH:RECIPE`) or measured. Empty if there is none. */
  readonly current: string;
  /** Human-readable progress of the current step. */
  readonly progress: string;
  /** Replaces the list of orders. A step that is running is finished. */
  apply(orders: Pick<DesiredState, 'makes' | 'measures'>): void;
  /** Results to send until the controller withdraws their orders. */
  readonly results: readonly StepResult[];
  /**
   * Drops delivered results whose order is withdrawn. Others are kept, because a new leader may not have received them.
   */
  dropDelivered(isDelivered: (result: StepResult) => boolean): void;
  stop(): Promise<void>;
}

/** An order that is carried out. `run` rejects if it must be retried. */
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
  let steps: readonly Step[] = [];
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
      const [step] = steps.filter(({ key }) => !results.has(key)).toSorted((a, b) => dueAt(a) - dueAt(b));
      if (step === undefined) break;
      if (dueAt(step) > clock.now()) await wait(milliseconds(dueAt(step) - clock.now()));
      else await runStep(step);
    }
    report('', '');
    running = undefined;
  }
  const dueAt = ({ key }: Step): number => delays.get(key)?.until ?? 0;

  /** Waits before a retry. New orders end the wait. */
  async function wait(delay: Milliseconds): Promise<void> {
    pause = new AbortController();
    await clock.sleep(delay, AbortSignal.any([pause.signal, stopping.signal])).catch(() => undefined);
  }

  async function runStep({ key, name, run }: Step): Promise<void> {
    report(name, '');
    try {
      const result = await run((text) => void (progress = text), stopping.signal);
      results.set(key, result);
      delays.delete(key);
      logger.info('step finished', { variant: name, ...result });
      report('', '');
    } catch (error) {
      if (stopping.signal.aborted) return;
      const tries = (delays.get(key)?.tries ?? 0) + 1;
      const delay = Math.min(maxPause, minPause * 2 ** (tries - 1));
      delays.set(key, { tries, until: milliseconds(clock.now() + delay) });
      logger.warn('step failed, it will be retried', { variant: name, error });
      report(name, `waiting to retry: ${publicText(error)}`);
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
      steps = [
        ...makes.map((order) => makeStep(order, options)),
        ...measures.map((order) => measureStep(order, options)),
      ];
      const keys = new Set(steps.map(({ key }) => key));
      for (const key of delays.keys()) if (!keys.has(key)) delays.delete(key);
      pause.abort();
      if (!stopping.signal.aborted && steps.some(({ key }) => !results.has(key))) running ??= runSteps();
    },
    get results() {
      return [...results.values()];
    },
    dropDelivered(isDelivered) {
      const keys = new Set(steps.map(({ key }) => key));
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
