// The batches in an executor, in the order in which they run; the first is watched for hanging.

import { milliseconds, type Clock, type Milliseconds } from '@pareto/core';
import type { ExecutorDeath } from './executor-process.js';
import type { RunOutcome } from './run.js';

export interface Flights {
  /** `expectedMs` undefined: nothing is known of it. */
  take(id: number, expectedMs: Milliseconds | undefined, settle: (outcome: RunOutcome) => void): void;
  /** Nothing happens when it is none of them. */
  land(id: number, outcome: () => RunOutcome): void;
  /** The first was running, the others waited. */
  lose(death: ExecutorDeath): void;
}

interface Flight {
  readonly hungAfter: Milliseconds;
  readonly settle: (outcome: RunOutcome) => void;
}

const hungAtLeast = 5_000;
const hungFactor = 20;
/** Of a run that nothing is known of. */
const unknownHungAfter = milliseconds(30_000);

const hungAfterOf = (expected: Milliseconds | undefined): Milliseconds =>
  expected === undefined ? unknownHungAfter : milliseconds(Math.max(hungAtLeast, hungFactor * expected));

export function createFlights(onHung: (death: ExecutorDeath) => void, clock: Clock): Flights {
  const flights = new Map<number, Flight>();
  let watch: Disposable | undefined;

  function watchFirst(): void {
    watch?.[Symbol.dispose]();
    const [first] = flights.values();
    watch = first && clock.after(first.hungAfter, () => onHung(hung(first)));
  }

  return {
    take(id, expectedMs, settle) {
      flights.set(id, { hungAfter: hungAfterOf(expectedMs), settle });
      if (flights.size === 1) watchFirst();
    },
    land(id, outcome) {
      const flight = flights.get(id);
      if (flight === undefined) return;
      flights.delete(id);
      watchFirst();
      flight.settle(outcome());
    },
    lose(death) {
      const lost = [...flights.values()];
      flights.clear();
      watchFirst();
      for (const [place, { settle }] of lost.entries()) settle({ kind: 'died', death, running: place === 0 });
    },
  };
}

const hung = ({ hungAfter }: Flight): ExecutorDeath => ({
  kind: 'hung',
  reason: `hung: a run took more than ${Math.round(hungAfter)} ms`,
});
