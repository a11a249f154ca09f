// Carries out the measure orders, one at a time, and keeps what came of each until its order is gone.

import { errorText, milliseconds, type Measurement } from '@pareto/core';
import type { Logger } from '@pareto/telemetry';
import type { MeasureOrder } from './assignments.js';
import { measureVariant, type MeasureDeps } from './measure-variant.js';

export interface MeasurerOptions extends MeasureDeps {
  readonly logger: Logger;
  /** Something is done, or begins. */
  readonly onChange: () => void;
}

export interface Measurer {
  /** The variant being measured now; empty: none. */
  readonly current: string;
  /** The whole list that is wanted now; what was begun is finished. */
  apply(orders: readonly MeasureOrder[]): void;
  /** To be sent until the controller takes the order back. */
  readonly results: readonly Measurement[];
  /** Drops the results whose order is gone and that the controller was told: another one than gave the order may not know of it. */
  settle(isTold: (measurement: Measurement) => boolean): void;
  stop(): Promise<void>;
}

const pauseAfterFailure = milliseconds(1000);

const keyOf = ({ spec, hardwareClass, validation }: MeasureOrder): string =>
  [spec.variant, spec.version, spec.modelDigest, hardwareClass, validation].join(' ');

export function createMeasurer(options: MeasurerOptions): Measurer {
  const stopping = new AbortController();
  const results = new Map<string, Measurement>();
  let wanted: readonly MeasureOrder[] = [];
  let current = '';
  let working: Promise<void> | undefined;

  async function work(): Promise<void> {
    for (let order = next(); order !== undefined && !stopping.signal.aborted; order = next()) await one(order);
    working = undefined;
  }
  const next = (): MeasureOrder | undefined => wanted.find((order) => !results.has(keyOf(order)));

  async function one(order: MeasureOrder): Promise<void> {
    current = order.spec.variant;
    options.onChange();
    try {
      const measurement = await measureVariant(order, options, stopping.signal);
      results.set(keyOf(order), measurement);
      options.logger.info('measured', { variant: current, result: measurement.result });
    } catch (error) {
      if (!stopping.signal.aborted)
        options.logger.warn('could not measure yet', { variant: current, error: errorText(error) });
      await options.clock.sleep(pauseAfterFailure, stopping.signal).catch(() => undefined);
    }
    current = '';
    options.onChange();
  }

  return {
    get current() {
      return current;
    },
    apply(orders) {
      wanted = orders;
      if (next() !== undefined) working ??= work();
    },
    get results() {
      return [...results.values()];
    },
    settle(isTold) {
      const keys = new Set(wanted.map(keyOf));
      for (const [key, measurement] of results) if (!keys.has(key) && isTold(measurement)) results.delete(key);
    },
    async stop() {
      stopping.abort(new Error('the worker is stopping'));
      await working;
    },
  };
}
