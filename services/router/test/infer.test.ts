import assert from 'node:assert/strict';
import { milliseconds, ParetoError, type ErrorCode } from '@pareto/core';
import { decodeInferResponse, joinSlices } from '@pareto/protocol';
import { createFastClock, waitFor } from '@pareto/testkit';
import { fails } from './support/fails.js';
import { notExecuted, refuse, replyTo } from './support/fake-worker.js';
import { replicaRow, ruleRow, tableOf } from './support/rows.js';
import { addController, addRouter, addWorker, cleanUp, describeBoth, large, tiny } from './support/fixture.js';
import { requestOf, token, type InferQuery } from './support/test-router.js';

describeBoth('ModelInfer', (startFixture, isLocal) => {
  afterEach(cleanUp);

  it('forwards the request unchanged, with the decision', async () => {
    const { router, workers } = await startFixture({ clock: createFastClock(0.02) });
    const traceparent = `00-${'a'.repeat(32)}-${'b'.repeat(16)}-01`;
    const metadata = { traceparent, 'pareto-internal-decision': 'forged', 'pareto-internal-token': 'forged' };
    const reply = await router.infer({}, { metadata, timeoutMs: 5000 });
    const [received] = workers[0]?.received ?? [];
    assert.ok(received !== undefined);
    assert.deepEqual(joinSlices(received.payload.slices), requestOf());
    assert.equal(received.metadata?.get('pareto-internal-token'), isLocal ? undefined : token);
    assert.equal(received.call.traceparent, traceparent);
    assert.ok((received.call.remainingMs() ?? Infinity) <= 5000);
    const { decision } = received;
    assert.deepEqual(
      { ...decision, latencyLeftMs: decision.latencyLeftMs > 900 && decision.latencyLeftMs <= 1000 },
      {
        decisionId: reply.trailers.get('pareto-decision-id'),
        replica: 'tiny-0',
        variant: 'tiny:original',
        accuracy: 0.9,
        costPer1k: 1,
        coldStart: false,
        degraded: false,
        latencyLeftMs: true,
      },
    );
    assert.equal(decodeInferResponse(reply.body).modelName, 'digits');
    assert.equal(reply.trailers.get('pareto-variant'), 'tiny:original');
    assert.equal(reply.trailers.get('endpoint-load-metrics'), undefined);
    assert.equal(reply.trailers.get('pareto-table-age-ms'), undefined);
  });

  if (!isLocal) {
    it('sends decisions in the form that the worker reads', async () => {
      const { router, workers } = await startFixture();
      const [worker] = workers;
      assert.ok(worker !== undefined);
      const formOf = async (): Promise<string> => {
        await router.infer();
        return worker.received.at(-1)?.metadata?.get('pareto-internal-decision')?.slice(0, 2) ?? '';
      };
      // The worker reports its version in the response to the next ping.
      const waitForForm = async (form: string): Promise<unknown> =>
        waitFor(form, async () => ((await formOf()) === form ? true : undefined));
      await waitForForm('2 ');
      worker.decisionVersion = 0;
      await waitForForm('{"');
    });
  }

  const choices: readonly (readonly [string, InferQuery, Record<string, string>, string])[] = [
    ['an accuracy floor in parameters', { parameters: { min_accuracy: 0.95 } }, {}, 'large:original'],
    ['an accuracy floor as text', { parameters: { min_accuracy: '0.95' } }, {}, 'large:original'],
    ['an accuracy floor in metadata', {}, { 'x-pareto-min-accuracy': '0.95' }, 'large:original'],
    [
      'parameters over metadata',
      { parameters: { min_accuracy: 0.5 } },
      { 'x-pareto-min-accuracy': '0.95' },
      'tiny:original',
    ],
    ['an architecture', { model: 'large' }, {}, 'large:original'],
    ['a variant', { model: 'large:original', version: '1' }, {}, 'large:original'],
    ['unknown parameters', { parameters: { colour: 'red' } }, {}, 'tiny:original'],
    ['a priority', { parameters: { priority: 1n, timeout: 10_000_000n } }, {}, 'tiny:original'],
    ['degrade', { parameters: { min_accuracy: 0.999, degrade: 'allow' } }, {}, 'large:original'],
  ];
  for (const [name, query, metadata, variant] of choices) {
    it(`selects a variant by ${name}`, async () => {
      const { router } = await startFixture();
      const reply = await router.infer(query, { metadata });
      assert.equal(reply.trailers.get('pareto-variant'), variant);
    });
  }

  it('selects the most accurate variant without any objective', async () => {
    const { router } = await startFixture({ defaultObjective: {} });
    assert.equal((await router.infer()).trailers.get('pareto-variant'), 'large:original');
  });

  it('ignores the accuracy floor of the task for a named model', async () => {
    const { router } = await startFixture({ defaultObjective: { minAccuracy: 0.95 } });
    assert.equal((await router.infer({ model: 'tiny' })).trailers.get('pareto-variant'), 'tiny:original');
    assert.equal((await router.infer()).trailers.get('pareto-variant'), 'large:original');
  });

  const refusals: readonly (readonly [string, InferQuery, ErrorCode, RegExp])[] = [
    ['an unknown task', { model: 'words' }, 'not-found', /no task, architecture or variant is named 'words'/],
    ['a bad name', { model: 'no such!' }, 'invalid-argument', /not valid/],
    ['an unknown version', { model: 'tiny', version: '7' }, 'not-found', /served in version 1/],
    [
      'a malformed objective',
      { parameters: { latency_ms: 'soon' } },
      'invalid-argument',
      /latency_ms is "soon": expected a number/,
    ],
    ['a malformed version', { model: 'tiny', version: 'x' }, 'invalid-argument', /version "x" is not valid: expected/],
    ['no name', { model: '' }, 'not-found', /named ''/],
    [
      'a timeout of the wrong type',
      { parameters: { timeout: '5' } },
      'invalid-argument',
      /timeout is "5" in string_param: expected int64_param/,
    ],
    [
      'a priority of the wrong type',
      { parameters: { priority: 'high' } },
      'invalid-argument',
      /int64_param or uint64_param/,
    ],
    ['a reserved parameter', { parameters: { triton_x: 1 } }, 'invalid-argument', /triton_x is reserved/],
    ['an impossible objective', { parameters: { min_accuracy: 2 } }, 'invalid-argument', /min_accuracy is 2/],
    ['too large a batch', { items: 9 }, 'invalid-argument', /batch of 9 .* at most 8/],
    [
      'an infeasible objective',
      { parameters: { latency_ms: 1 } },
      'failed-precondition',
      /no variant of task 'digits' can meet 1 ms/,
    ],
  ];
  for (const [name, query, code, text] of refusals) {
    it(`rejects ${name}`, async () => {
      const { router } = await startFixture();
      await fails(router.infer(query), code, text);
    });
  }

  it('rejects unknown metadata and misspelt parameters in calls of both services', async () => {
    const { router } = await startFixture();
    const metadata = { 'x-pareto-min-acuracy': '0.95' };
    const inputs = [{ name: 'x', datatype: 'FP32', shape: [1, 2], contents: Buffer.alloc(8) }];
    const calls = [
      router.infer({}, { metadata }),
      router.inference.infer({ target: 'digits', inputs }, { metadata }),
      router.inference.whatIf({ target: 'digits' }, { metadata }),
    ];
    for (const call of calls) await fails(call, 'invalid-argument', /did you mean x-pareto-min-accuracy\?/);
    const misspelt = router.infer({ parameters: { min_acuracy: 0.95 } });
    await fails(misspelt, 'invalid-argument', /parameter min_acuracy is unknown: did you mean min_accuracy\?/);
  });

  it('returns the nearest feasible objective', async () => {
    const { router } = await startFixture({ clock: createFastClock(0.02) });
    const query = { parameters: { min_accuracy: 0.995, latency_ms: 100 } };
    const error = await fails(
      router.infer(query),
      'failed-precondition',
      /nearest feasible objective: 100 ms, accuracy >= 0.99 by large:original/,
    );
    const offer: unknown = JSON.parse(error.details['pareto-nearest-objective'] ?? '');
    assert.deepEqual(offer, { latency_ms: 100, min_accuracy: 0.99, variant: 'large:original' });
    const explained = await router.inference.explain({ decisionId: error.details['pareto-decision-id'] ?? '' });
    assert.equal(explained.outcome, 'infeasible');
    const { decisionId } = await router.inference.explain({});
    assert.equal(decisionId, explained.decisionId, 'an empty id means the last decision');
  });

  it('refuses queries that a backlog would make late', async () => {
    const { router, workers, controller } = await startFixture({ variants: [tiny], workers: [['tiny']] });
    for (const worker of workers) worker.replicas = [{ replicaId: 'tiny-0', state: 'READY', backlogMs: 5000 }];
    const refuse = async (): Promise<true> => {
      await fails(router.infer(), 'resource-exhausted', /busy/);
      return true;
    };
    await waitFor('a refusal', () => refuse().catch(() => undefined));
    await waitFor('refused demand', () => controller.demand.find(({ refused }) => refused > 0));
  });

  it('answers a query that arrived before the first table', async () => {
    const worker = await addWorker('tiny-0');
    const controller = await addController(undefined);
    const router = await addRouter(controller);
    await waitFor('the hello of the router', () => controller.hellos[0]);
    const answer = router.infer();
    answer.catch(() => undefined);
    await controller.publish(tableOf([tiny], [{ id: 'tiny-0', of: 'tiny', worker: 'w0', address: worker.address }]));
    assert.equal(decodeInferResponse((await answer).body).modelName, 'digits');
  });

  it('returns UNAVAILABLE without a table', async () => {
    const router = await addRouter(await addController(undefined));
    await fails(router.infer(), 'unavailable', /no routing table yet/);
    assert.equal((await router.protocol.serverReady({})).ready, false);
  });

  it('passes the deadline to the worker, and cancels the call when it expires', async () => {
    const { router, workers } = await startFixture();
    const [worker] = workers;
    assert.ok(worker !== undefined);
    worker.onInfer = () => new Promise(() => undefined);
    await fails(router.infer({}, { timeoutMs: 200 }), 'deadline-exceeded', /.*/);
    await waitFor('the cancellation', () => worker.received[0]?.call.cancellation.aborted === true || undefined);
  });

  it('admits by the earlier of latency and deadline', async () => {
    const slow = { ...large, p99Ms: 5000 };
    const { router } = await startFixture({ variants: [slow], defaultObjective: { latencyMs: 10_000 } });
    await fails(
      router.infer({}, { timeoutMs: 3000 }),
      'deadline-exceeded',
      /the deadline is too short: no variant of task 'digits' can meet (2\d{3}|300\d) ms/,
    );
    const floor = { parameters: { min_accuracy: 0.9999 } };
    await fails(
      router.infer(floor, { timeoutMs: 3000 }),
      'failed-precondition',
      /^no variant of task 'digits' can meet/,
    );
    assert.equal((await router.infer()).trailers.get('pareto-variant'), 'large:original');
  });

  it('rejects a quarantined architecture with the reason', async () => {
    const bad = { ...large, quarantineReason: 'two queries ended two executors each' };
    const { router } = await startFixture({ variants: [tiny, bad] });
    const text = /architecture 'large' is quarantined: two queries ended two executors each/;
    await fails(router.infer({ model: 'large' }), 'failed-precondition', text);
    const { reason } = await router.inference.whatIf({ target: 'large' });
    assert.match(reason, text);
  });

  it('excludes variants by rules, and names the rules', async () => {
    const { router, controller } = await startFixture();
    const variantOf = async (): Promise<string> => (await router.infer()).trailers.get('pareto-variant') ?? '';
    assert.equal(await variantOf(), 'tiny:original');
    const changed = (to: string): Promise<true> =>
      waitFor(`answers of ${to}`, async () => (await variantOf()) === to || undefined);

    await controller.change([ruleRow('deny', 'tiny')]);
    await changed('large:original');
    const text = /architecture 'tiny' is excluded by rules: tiny is denied: it is wrong; use another model/;
    const error = await fails(router.infer({ model: 'tiny' }), 'failed-precondition', text);
    const refused = await router.inference.explain({ decisionId: error.details['pareto-decision-id'] ?? '' });
    assert.equal(refused.outcome, 'ruled-out');
    assert.deepEqual(
      refused.candidates.map(({ verdict, detail }) => [verdict, detail]),
      [['denied', 'tiny is denied: it is wrong']],
    );
    assert.match((await router.inference.whatIf({ target: 'tiny:original' })).reason, /tiny is denied: it is wrong/);
    assert.equal((await router.protocol.modelReady({ name: 'tiny' })).ready, false);

    await controller.change([ruleRow('pin', 'tiny:original', { task: 'digits' })], ['rule/deny tiny']);
    await changed('tiny:original');
    const whatIf = await router.inference.whatIf({ target: 'digits', objective: { minAccuracy: 0.95 } });
    assert.equal(whatIf.feasible, false);
    assert.match(whatIf.reason, /accuracy >= 0.95, as tiny:original is pinned: it is wrong/);
    assert.equal(whatIf.nearestBy?.variant, 'tiny:original');
    const other = whatIf.candidates.find(({ variant }) => variant === 'large:original');
    assert.deepEqual([other?.verdict, other?.detail], ['not-pinned', 'tiny:original is pinned: it is wrong']);
    assert.equal((await router.infer({ model: 'large' })).trailers.get('pareto-variant'), 'large:original');

    await controller.change([ruleRow('deny', 'tiny')]);
    await waitFor(
      'the pinned one to be denied',
      async () => (await router.inference.whatIf({ target: 'digits' })).reason.includes('denied') || undefined,
    );
    await fails(
      router.infer(),
      'failed-precondition',
      /task 'digits' is excluded by rules: tiny is denied: it is wrong; tiny:original is pinned: it is wrong/,
    );
  });

  it('excludes dominated variants, unless the query names them', async () => {
    const better = { ...tiny, name: 'better', accuracy: 0.95, cost: 2 };
    const worse = { ...tiny, dominatedBy: 'better:original' };
    const { router } = await startFixture({ variants: [worse, better], workers: [['tiny', 'better']] });
    const reply = await router.infer();
    assert.equal(reply.trailers.get('pareto-variant'), 'better:original');
    const explained = await router.inference.explain({ decisionId: reply.trailers.get('pareto-decision-id') ?? '' });
    const dominated = explained.candidates.find(({ variant }) => variant === 'tiny:original');
    assert.deepEqual(
      [dominated?.verdict, dominated?.detail],
      ['dominated', 'better:original is at least as good in everything, within margins'],
    );
    for (const model of ['tiny', 'tiny:original'])
      assert.equal((await router.infer({ model })).trailers.get('pareto-variant'), 'tiny:original');
  });

  it('uses a dominated variant while only that is warm', async () => {
    const better = { ...tiny, name: 'better', accuracy: 0.95, cost: 2 };
    const worse = { ...tiny, dominatedBy: 'better:original' };
    const { router } = await startFixture({ variants: [worse, better], workers: [['tiny']] });
    assert.equal((await router.infer()).trailers.get('pareto-variant'), 'tiny:original');
  });

  it("treats the protocol's timeout as a deadline", async () => {
    const { router, workers } = await startFixture();
    await fails(router.infer({ parameters: { timeout: 1n } }), 'deadline-exceeded', /.*/);
    for (const worker of workers) worker.onInfer = () => new Promise(() => undefined);
    await fails(router.infer({ parameters: { timeout: 100_000n } }), 'deadline-exceeded', /.*/);
  });

  it('passes a cancellation to the worker', async () => {
    const { router, workers } = await startFixture();
    const [worker] = workers;
    assert.ok(worker !== undefined);
    worker.onInfer = () => new Promise(() => undefined);
    const caller = new AbortController();
    const call = router.infer({}, { signal: caller.signal }).catch(() => 'cancelled');
    await waitFor('the query to arrive', () => worker.received[0]);
    caller.abort(new Error('enough'));
    assert.equal(await call, 'cancelled');
    await waitFor('the cancellation', () => worker.received[0]?.call.cancellation.aborted === true || undefined);
  });

  it("returns a worker's error unchanged", async () => {
    const { router, workers } = await startFixture();
    for (const worker of workers) {
      worker.onInfer = () =>
        Promise.reject(new ParetoError('invalid-argument', "input 'x' has shape [1,3]: expected [-1,2]"));
    }
    await fails(router.infer(), 'invalid-argument', /input 'x' has shape/);
    assert.equal(workers[0]?.received.length, 1);
  });

  it('counts a late answer as a violation', async () => {
    const clock = createFastClock(1);
    const { router, workers, controller } = await startFixture({ variants: [tiny], workers: [['tiny']], clock });
    for (const worker of workers) {
      worker.onInfer = async (received) => {
        await clock.sleep(milliseconds(450));
        return replyTo(received);
      };
    }
    await router.infer({ parameters: { latency_ms: 400 } });
    const entry = await waitFor('demand', () => controller.demand.find(({ violations }) => violations > 0));
    assert.equal(entry.target, 'digits');
    assert.equal(entry.objective?.latencyMs, 400);
    assert.deepEqual(entry.itemsByVariant, { 'tiny:original': 1 });
  });

  it('reports the refused queries that no variant can meet', async () => {
    const { router, controller } = await startFixture();
    await fails(router.infer({ parameters: { min_accuracy: 0.9999 } }), 'failed-precondition', /no variant/);
    const entry = await waitFor('demand', () => controller.demand.find(({ refused }) => refused > 0));
    assert.equal(entry.infeasible, 1);
  });

  it('uses the last table while no controller is connected, and reports its age', async () => {
    const { router, controller } = await startFixture();
    controller.close();
    const reply = await waitFor('a stale answer', async () => {
      const { trailers } = await router.infer();
      return trailers.has('pareto-table-age-ms') ? trailers : undefined;
    });
    assert.ok(Number(reply.get('pareto-table-age-ms')) >= 0);
    assert.equal((await router.protocol.serverReady({})).ready, true);
  });
});

describeBoth('retries', (startFixture, isLocal) => {
  afterEach(cleanUp);
  const both = { variants: [tiny], workers: [['tiny'], ['tiny']] };

  it('go to another replica when one did not execute the query', async () => {
    for (const code of ['unavailable', 'resource-exhausted'] as const) {
      const { router, workers } = await startFixture(both);
      const [first, second] = workers;
      assert.ok(first && second);
      first.onInfer = () => Promise.reject(notExecuted(code));
      for (let i = 0; i < 6; i++) await router.infer();
      assert.equal(second.received.length, 6);
    }
  });

  it('go to another replica when one cannot answer in time, unless no other can', async () => {
    const { router, workers } = await startFixture(both);
    const [first, second] = workers;
    assert.ok(first && second);
    first.onInfer = refuse;
    for (let i = 0; i < 6; i++) await router.infer();
    assert.equal(second.received.length, 6);
    assert.equal(first.received.length, 1, 'it is known to be busy for a while');
    second.onInfer = refuse;
    const error = await fails(
      router.infer(),
      'resource-exhausted',
      /tiny:original is busy and would take [56]\d{4} ms/,
    );
    assert.equal(error.details['pareto-late'], undefined);
    assert.equal(second.received.length, 7);
  });

  it('do not repeat a query that a worker of an older release rejected as late, which explain shows', async () => {
    const { router, workers } = await startFixture(both);
    for (const worker of workers) {
      worker.onInfer = () =>
        Promise.reject(new ParetoError('resource-exhausted', 'it has waited 90.0 ms, 10.0 ms are left'));
    }
    const error = await fails(router.infer(), 'resource-exhausted', /it has waited 90.0 ms, 10.0 ms are left/);
    assert.equal(
      workers.reduce((sum, { received }) => sum + received.length, 0),
      1,
    );
    const explained = await router.inference.explain({ decisionId: error.details['pareto-decision-id'] ?? '' });
    assert.deepEqual([explained.outcome, explained.candidates[0]?.variant], ['late', 'tiny:original']);
    assert.match(await router.metrics(), /pareto_decisions_total\{[^}]*outcome="late"[^}]*\} 1/);
  });

  it('end in RESOURCE_EXHAUSTED when every queue is full', async () => {
    const { router, workers } = await startFixture(both);
    for (const worker of workers) worker.onInfer = () => Promise.reject(notExecuted('resource-exhausted'));
    await fails(router.infer(), 'resource-exhausted', /busy/);
  });

  // A worker in the process of the router does not fail alone.
  for (const end of isLocal ? [] : (['kill', 'close'] as const)) {
    it(`replay a small request whose worker fails (${end})`, async () => {
      const { router, workers } = await startFixture(both);
      const sent = (): number => workers.reduce((sum, { received }) => sum + received.length, 0);
      for (const worker of workers) {
        worker.onInfer = async (received) => {
          if (sent() === 1) void worker[end]();
          return replyTo(received);
        };
      }
      const reply = await router.infer();
      assert.equal(reply.trailers.get('pareto-variant'), 'tiny:original');
      assert.equal(sent(), 2);
    });

    it(`do not replay a large request (${end})`, async () => {
      const { router, workers } = await startFixture(both);
      for (const worker of workers) {
        worker.onInfer = () => {
          void worker[end]();
          return new Promise(() => undefined);
        };
      }
      const text = /failed while it ran this request of 300\d+ bytes; retry the request/;
      await fails(router.infer({ bytes: 300_000 }), 'unavailable', text);
      assert.equal(
        workers.reduce((sum, worker) => sum + worker.received.length, 0),
        1,
      );
    });
  }

  it('skip a worker that was killed', async () => {
    const { router, workers } = await startFixture(both);
    workers[1]?.kill();
    for (let i = 0; i < 10; i++) await router.infer();
    assert.equal(workers[0]?.received.length, 10);
  });
});

describeBoth('holds', (startFixture) => {
  afterEach(cleanUp);
  const cold = { variants: [tiny, large], workers: [['tiny']] };
  const accurate: InferQuery = { parameters: { min_accuracy: 0.95 } };

  it('keep a query until its cold variant is ready', async () => {
    const clock = createFastClock(0.02);
    const { router, workers, controller } = await startFixture({ ...cold, clock });
    const [worker] = workers;
    assert.ok(worker !== undefined);
    const sentAt = clock.now();
    const answer = router.infer(accurate);
    const entry = await waitFor('held demand', () => controller.demand.find(({ held }) => held > 0));
    assert.ok(clock.now() - sentAt < 500, 'reports the hold immediately');
    assert.equal(entry.heldVariant, 'large:original');
    worker.replicas.push({ replicaId: 'large-0', state: 'READY' });
    await controller.change([replicaRow({ id: 'large-0', of: 'large', address: worker.address, worker: 'w0' })]);
    assert.equal((await answer).trailers.get('pareto-variant'), 'large:original');
    assert.equal(worker.received.at(-1)?.decision.coldStart, true);
  });

  it('keep queries that the replica refuses, and send them again after reports of its worker', async () => {
    const { router, workers, controller } = await startFixture(cold);
    const [worker] = workers;
    assert.ok(worker !== undefined);
    let refusals = 0;
    worker.onInfer = (received) => (++refusals <= 6 ? refuse(received, 0) : Promise.resolve(replyTo(received)));
    const startedAt = performance.now();
    const answers = [router.infer(accurate), router.infer(accurate)];
    await waitFor('held demand', () => controller.demand.find(({ held }) => held > 1));
    worker.replicas.push({ replicaId: 'large-0', state: 'READY' });
    await controller.change([replicaRow({ id: 'large-0', of: 'large', address: worker.address, worker: 'w0' })]);
    await Promise.all(answers);
    assert.ok(performance.now() - startedAt > 500, 'a refusal gives the replica no time for others');
  });

  it('end when the variant is not loaded in time', async () => {
    const { router } = await startFixture({ ...cold, config: { maxHoldMs: 100 } });
    await fails(router.infer(accurate), 'resource-exhausted', /large:original was not loaded within 100 ms/);
  });

  it('end at the deadline', async () => {
    const { router } = await startFixture(cold);
    await fails(router.infer(accurate, { timeoutMs: 150 }), 'deadline-exceeded', /.*/);
  });

  it('are limited in number', async () => {
    const { router } = await startFixture({ ...cold, config: { maxHeld: 1, maxHoldMs: 2000 } });
    const first = router.infer(accurate).catch(() => undefined);
    await waitFor('the refusal of a second query', () =>
      fails(router.infer(accurate, { timeoutMs: 300 }), 'resource-exhausted', /too many queries are waiting/).catch(
        () => undefined,
      ),
    );
    await router.stop();
    await first;
  });

  it('end with the reason when the variant could not be measured', async () => {
    const { router } = await startFixture({ ...cold, variants: [{ ...large, measurementError: 'executor died' }] });
    const relaxed = { parameters: { ...accurate.parameters, latency_ms: 20_000 } };
    await fails(router.infer(relaxed), 'failed-precondition', /measuring large:original failed: executor died/);
  });

  it('reject a query that needs a variant no worker can load', async () => {
    const { router } = await startFixture({ ...cold, variants: [tiny, { ...large, placeable: false }] });
    await fails(router.infer(accurate), 'resource-exhausted', /no worker can load/);
  });
});
