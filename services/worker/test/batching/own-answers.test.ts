import assert from 'node:assert/strict';
import fc from 'fast-check';
import { milliseconds } from '@pareto/core';
import type { RunOutcome, RunRequest } from '@pareto/runtime';
import { createManualClock } from '@pareto/testkit';
import type { QueryResult } from '../../src/batching/waiting-query.js';
import type { CheckedQuery } from '../../src/requests/check-request.js';
import { createTestDriver, createTestReplica } from '../support/test-replica.js';

const clock = createManualClock();
const death = { kind: 'crashed', reason: 'gone' } as const;

/** Returns a query whose items are all the number of the query. */
function queryOf(number: number, items: number): CheckedQuery {
  const data = [Buffer.alloc(items, number)];
  return {
    ...{ items, bytes: items, batchKey: '', outputs: [], classes: new Map(), shapes: undefined },
    ...{ typed: false, priority: Infinity, inputs: [{ name: 'x', datatype: 'UINT8', shape: [items], data }] },
  };
}

/** A run that returns its inputs. */
interface Run {
  readonly request: RunRequest;
  readonly end: (outcome: RunOutcome) => void;
}

const doneOf = ({ inputs }: RunRequest): RunOutcome => ({
  kind: 'done',
  computeMs: milliseconds(1),
  outputs: inputs.map(({ shape, data }) => ({ name: 'y', datatype: 'UINT8', shape, data: Buffer.concat(data) })),
});

const event = fc.oneof(
  { weight: 5, arbitrary: fc.record({ kind: fc.constant('send' as const), items: fc.integer({ min: 1, max: 4 }) }) },
  { weight: 4, arbitrary: fc.record({ kind: fc.constant('done' as const) }) },
  fc.record({ kind: fc.constant('cancel' as const), index: fc.nat(30) }),
  fc.record({ kind: fc.constant('failed' as const) }),
  fc.record({ kind: fc.constant('died' as const) }),
);
type Event = typeof event extends fc.Arbitrary<infer T> ? T : never;

describe('batches', () => {
  const settle = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

  function setUp() {
    const replica = createTestReplica(createTestDriver(clock), clock, { ceiling: 4 });
    let runs: Run[] = [];
    const attach = (): void => {
      runs = [];
      const run = (request: RunRequest): Promise<RunOutcome> => new Promise((end) => runs.push({ request, end }));
      replica.attach({ pid: 1, run });
    };
    attach();
    return { replica, attach, runs: () => runs };
  }

  async function play(events: readonly Event[]): Promise<void> {
    const { replica, attach, runs } = setUp();
    const callers: AbortController[] = [];
    const answers: Promise<unknown>[] = [];
    const answered = new Map<number, Buffer | 'rejected'>();
    const send = (items: number): void => {
      const number = callers.length;
      const caller = new AbortController();
      callers.push(caller);
      const options = {
        cancellation: caller.signal,
        receivedAt: clock.now(),
        enqueuedAt: clock.now(),
        dueAt: Infinity,
        deadlineAt: Infinity,
      };
      const record = (answer: Buffer | 'rejected'): void => {
        assert.ok(!answered.has(number), `query ${number} is answered twice`);
        answered.set(number, answer);
        if (answer !== 'rejected') assert.deepEqual(answer, Buffer.alloc(items, number));
      };
      answers.push(
        new Promise<QueryResult>((resolve, reject) =>
          replica.intake.infer(queryOf(number, items), options, { resolve, reject }),
        ).then(
          ({ outputs }) => record(outputs[0]?.data ?? Buffer.alloc(0)),
          () => record('rejected'),
        ),
      );
    };
    const die = async (): Promise<void> => {
      runs().forEach(({ end }, index) => end({ kind: 'died', death, running: index === 0 }));
      await settle();
      replica.die();
      attach();
    };
    for (const each of events) {
      const [first] = runs();
      if (each.kind === 'send') send(each.items);
      else if (each.kind === 'cancel') callers[each.index]?.abort(new Error('enough'));
      else if (each.kind === 'died') await die();
      else if (first !== undefined) {
        runs().shift();
        first.end(each.kind === 'done' ? doneOf(first.request) : { kind: 'failed', message: 'no' });
      }
      await settle();
    }
    for (let run = runs().shift(); run !== undefined; run = runs().shift()) {
      run.end(doneOf(run.request));
      await settle();
    }
    await Promise.all(answers);
    assert.equal(answered.size, callers.length, 'every query is answered');
  }

  it('return to each query its own answer, after any cancellations and failures', async () => {
    await fc.assert(fc.asyncProperty(fc.array(event, { maxLength: 60 }), play), { numRuns: 60 });
  });
});
