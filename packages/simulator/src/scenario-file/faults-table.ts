// The faults of a scenario file.

import {
  choiceOf,
  countUpTo,
  duration,
  durationOrZero,
  fieldAt,
  fieldError,
  listOf,
  needed,
  objectOf,
  optional,
  positive,
  text,
  valueOf,
  type Reader,
} from '@pareto/scenario';
import type { Fault } from '../scenario/fault.js';

const kind = needed(valueOf(text), 'a kind of fault');
const at = needed(valueOf(durationOrZero, 'at: 2m'), 'the time of the fault, such as at: 2m');
const worker = needed(valueOf(text, 'worker: w0'), 'the id of a worker, such as worker: w0');

interface Keys {
  readonly kind: string;
  readonly at: number;
}

const workerTable = objectOf<Keys & { readonly worker: string }>({ kind, at, worker }, 'a fault');
const joinTable = objectOf<
  Keys & {
    readonly worker: string;
    readonly class: string;
    readonly slots: number;
    readonly memoryMib: number;
    readonly start?: number;
  }
>(
  {
    ...{ kind, at, worker },
    class: needed(valueOf(text, 'class: cpu'), 'a class of the fleet, such as class: cpu'),
    slots: needed(valueOf(countUpTo(1_024), 'slots: 8'), 'the slots of the worker, such as slots: 8'),
    memoryMib: needed(valueOf(positive, 'memoryMib: 16384'), 'the memory of the worker, such as memoryMib: 16384'),
    start: optional(valueOf(durationOrZero, 'start: 40s')),
  },
  'a fault',
);
const executorTable = objectOf<Keys & { readonly worker: string; readonly variant?: string }>(
  { ...{ kind, at, worker }, variant: optional(valueOf(text, 'variant: small')) },
  'a fault',
);
const slowTable = objectOf<Keys & { readonly until: number; readonly factor: number; readonly worker?: string }>(
  {
    ...{ kind, at },
    until: needed(valueOf(duration, 'until: 3m'), 'the end of the fault, such as until: 3m'),
    factor: needed(valueOf(positive, 'factor: 2'), 'the factor of the times of batches, such as factor: 2'),
    worker: optional(valueOf(text, 'worker: w0')),
  },
  'a fault',
);

const ofWorker =
  (name: 'worker-fails' | 'worker-hangs' | 'worker-leaves'): Reader<Fault> =>
  (field) => {
    const { at: atMs, worker: id } = workerTable(field);
    return { kind: name, atMs, worker: id };
  };

const forms: Readonly<Record<Fault['kind'], Reader<Fault>>> = {
  'worker-fails': ofWorker('worker-fails'),
  'worker-hangs': ofWorker('worker-hangs'),
  'worker-leaves': ofWorker('worker-leaves'),
  'worker-joins'(field) {
    const { at: atMs, worker: id, class: hardwareClass, slots, memoryMib, start: startMs } = joinTable(field);
    const of = { hardwareClass, slots, memoryMib };
    return { kind: 'worker-joins', atMs, worker: id, of, ...(startMs !== undefined && { startMs }) };
  },
  'executor-dies'(field) {
    const { at: atMs, worker: id, variant } = executorTable(field);
    return { kind: 'executor-dies', atMs, worker: id, ...(variant !== undefined && { variant }) };
  },
  'slow-service'(field) {
    const { at: atMs, until: untilMs, factor, worker: id } = slowTable(field);
    if (untilMs <= atMs) throw fieldError(fieldAt(field, 'until'), 'expected a time after at');
    return { kind: 'slow-service', atMs, untilMs, factor, ...(id !== undefined && { worker: id }) };
  },
};

export const readFaults: Reader<readonly Fault[]> = listOf(
  choiceOf('kind', forms),
  'a list of faults, each with a kind',
);
