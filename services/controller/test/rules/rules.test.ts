// Rules over real gRPC: setting, effect on the table, expiry, and history.

import assert from 'node:assert/strict';
import { manifestDigest } from '@pareto/blobs';
import { bytes, digest, type RuleEvent, type WarmthRule } from '@pareto/core';
import type { wire } from '@pareto/protocol';
import { buildSelectionRule, createTempFolder, matrixModel, waitFor, type TempFolder } from '@pareto/testkit';
import { afterEach, beforeEach, describe, it } from 'mocha';
import { createRecordTables } from '../../src/storage/record-tables.js';
import { putRecord, ruleEventKey } from '../../src/storage/records.js';
import { ruleChanges } from '../../src/registry/rule-changes.js';
import { startRouter, type FakeRouter } from '../support/fake-router.js';
import { profileFor, startWorker } from '../support/fake-worker.js';
import { startController, type TestController } from '../support/start-controller.js';
import { registerModel, uploadFile } from '../support/upload-model.js';

describe('rules', () => {
  let folder: TempFolder;
  let controller: TestController;
  let cleanUp: (() => void)[];

  const router = (): FakeRouter => {
    const started = startRouter(controller.address);
    cleanUp.push(started.leave);
    return started;
  };
  const until = (what: string, condition: () => boolean): Promise<true> =>
    waitFor(what, () => (condition() ? true : undefined));
  const set = (fields: wire.SetRuleRequestInput): Promise<wire.Rule> =>
    controller.registry.setRule({ kind: 'deny', target: 'tiny', reason: 'it drifts', actor: 'ada', ...fields });
  const kinds = async (): Promise<readonly string[]> =>
    (await controller.registry.listRules({})).events.map(({ kind, rule, actor }) => `${kind} ${rule?.target} ${actor}`);
  const rows = (table: FakeRouter) =>
    [...table.rows.values()].flatMap(({ rule }) => (rule ? [`${rule.kind} ${rule.task} ${rule.target}`] : []));

  beforeEach(async () => {
    cleanUp = [];
    folder = await createTempFolder();
    controller = await startController(folder.path);
    for (const name of ['squares', 'circles']) await controller.registry.registerTask({ name, metric: 'top1' });
    await registerModel(controller, 'tiny');
    await registerModel(controller, 'round', undefined, 'circles');
  });
  afterEach(async () => {
    for (const clean of cleanUp) clean();
    await controller[Symbol.asyncDispose]();
    await folder[Symbol.asyncDispose]();
  });

  it('appear in the table immediately, disappear when removed, and stay in the history', async () => {
    const table = router();
    const rule = await set({ task: 'squares', target: 'tiny:original', durationMs: 60_000 });
    assert.deepEqual([rule.tenant, rule.actor, rule.reason], ['default', 'ada', 'it drifts']);
    assert.ok(rule.remainingMs > 50_000 && rule.remainingMs <= 60_000 && rule.ageMs < 5_000);
    const pinned = await set({ kind: 'pin', target: 'round' });
    assert.deepEqual([pinned.task, pinned.remainingMs], ['circles', 0], 'the task of its target');
    await until('the rows', () => rows(table).length === 2);
    assert.deepEqual(rows(table).toSorted(), ['deny squares tiny:original', 'pin circles round']);
    await controller.registry.liftRule({ id: rule.id, actor: 'bob' });
    await until('the removal', () => rows(table).join() === 'pin circles round');
    await assert.rejects(controller.registry.liftRule({ id: rule.id }), { code: 'not-found' });
    assert.deepEqual(await kinds(), ['lifted tiny:original bob', 'made round ada', 'made tiny:original ada']);
    await controller[Symbol.asyncDispose]();
    controller = await startController(folder.path);
    const { rules, events } = await controller.registry.listRules({});
    assert.deepEqual(
      rules.map(({ id }) => id),
      [pinned.id],
    );
    assert.equal(events.length, 3);
  });

  it('have a reason and an author in one line without control characters', async () => {
    const { reason, actor } = await set({ reason: 'it\u001b[31m\r\ndrifts\u202e', actor: 'ada\n(says: root)\u0007' });
    assert.deepEqual([reason, actor], ['it [31m drifts', 'ada (says: root)']);
  });

  it('expire', async () => {
    const table = router();
    await set({ durationMs: 400 });
    await until('the row', () => rows(table).length === 1);
    await until('the end of the rule', () => rows(table).length === 0);
    await waitFor('the event', async () => ((await kinds()).includes('ended tiny time') ? true : undefined));
    assert.deepEqual((await controller.registry.listRules({})).rules, []);
  });

  it('end with the deletion of their target', async () => {
    await set({});
    await set({ target: 'tiny:original' });
    await set({ target: 'round' });
    await controller.registry.delete({ name: 'tiny' });
    assert.deepEqual(
      (await controller.registry.listRules({})).rules.map(({ target }) => target),
      ['round'],
    );
    assert.equal((await kinds()).filter((kind) => /^ended tiny(:original)? deletion of tiny$/.test(kind)).length, 2);
  });

  it('are rejected for an unknown target, and as a pin that would exclude all variants of its task', async () => {
    for (const [fields, code, message] of [
      [{ kind: 'ban' }, 'invalid-argument', /"ban" is not known: expected pin, deny, warm or cold/],
      [{ target: 'huge' }, 'not-found', /architecture "huge"/],
      [{ target: 'tiny:int4' }, 'not-found', /variant "tiny:int4"/],
      [{ target: 'squares' }, 'invalid-argument', /squares is a task/],
      [{ task: 'none' }, 'not-found', /task "none"/],
      [{ task: 'circles' }, 'invalid-argument', /tiny belongs to task squares and cannot answer task circles/],
      [{ durationMs: -1 }, 'invalid-argument', /duration_ms is -1/],
      [{ durationMs: Infinity }, 'invalid-argument', /duration_ms is Infinity/],
      [{ reason: 'x'.repeat(501) }, 'invalid-argument', /reason has 501 characters/],
      [{ actor: 'x'.repeat(129) }, 'invalid-argument', /actor has 129 characters: expected a user name/],
    ] as const)
      await assert.rejects(set(fields), { code, message });
    await set({ target: 'tiny:original', reason: 'wrong' });
    const pin = set({ kind: 'pin', target: 'tiny' });
    await assert.rejects(pin, {
      code: 'failed-precondition',
      message: /no variant would answer task squares: .*wrong/,
    });
    assert.equal((await controller.registry.listRules({})).rules.length, 1);
  });

  it('pin variants of the served version during a rollout', async () => {
    const [file] = (await uploadFile(controller, Buffer.from('half'))).files ?? [];
    const files = [{ path: 'model.onnx', digest: digest(file?.digest ?? ''), sizeBytes: bytes(4) }];
    const made = { manifest: { files }, modelDigest: manifestDigest({ files }), similarity: 1, note: '' };
    const one = startWorker(controller.address, {
      id: 'w1',
      make: () => ({ kind: 'made', ...made }),
      measure: ({ spec }) => (spec?.version === 2 ? undefined : profileFor(spec?.variant ?? '')),
    });
    cleanUp.push(one.leave);
    await registerModel(controller, 'half', undefined, 'squares', ['fp16']);
    await until('the other variant', () => one.measured.includes('half:fp16'));
    await registerModel(controller, 'half', matrixModel(8));
    await until('version 2', () => one.measured.filter((variant) => variant === 'half:original').length === 2);
    await set({ kind: 'pin', target: 'half:fp16' });
    const notices = async () => (await controller.fleet.overview({})).notices.join();
    assert.doesNotMatch(await notices(), /exclude all variants of task squares/);
    await set({ target: 'half:original' });
    await assert.rejects(set({ kind: 'pin', target: 'half:original' }), {
      message: /no variant would answer task squares: a rule denies half:original/,
    });
  });

  it('unload denied variants', async () => {
    const one = startWorker(controller.address, { id: 'w1' });
    cleanUp.push(one.leave);
    const holds = (variant: string): boolean =>
      [...one.replicas.values()].some((replica) => replica.variant === variant);
    await until('both variants', () => holds('tiny:original') && holds('round:original'));
    const { id } = await set({});
    await until('the unload', () => !holds('tiny:original') && holds('round:original'));
    const notices = async () => (await controller.fleet.overview({})).notices.join();
    assert.match(await notices(), /exclude all variants of task squares/);
    assert.doesNotMatch(await notices(), /circles/);
    await controller.registry.liftRule({ id });
    await until('the load', () => holds('tiny:original'));
  });
});

describe('history of rules', () => {
  it('drops the oldest events beyond the limit', () => {
    const tables = createRecordTables((key, reason) => assert.fail(`${key}: ${reason}`));
    const eventAt = (atWallMs: number): RuleEvent => {
      const rule = buildSelectionRule('deny', 'a:b', { id: `r${atWallMs}`, madeWallMs: atWallMs });
      return { kind: 'made', atWallMs, by: '', rule };
    };
    const events = Array.from({ length: 1_000 }, (_, i) => eventAt(i * 100));
    tables.replaceAll(
      events.flatMap((event) => {
        const put = putRecord(ruleEventKey(event), event);
        return put.kind === 'put' ? [{ key: put.key, value: put.value, createRevision: 1, modRevision: 1 }] : [];
      }),
    );
    const changes = ruleChanges(tables.view, [eventAt(100_000), eventAt(100_001)]);
    assert.deepEqual(
      changes.flatMap((change) => (change.kind === 'delete' ? [change.key] : [])),
      [eventAt(0), eventAt(100)].map(ruleEventKey),
    );
    const warmthRule: WarmthRule = { ...eventAt(100_002).rule, kind: 'cold', task: 'a' };
    const warmthChanges = ruleChanges(tables.view, [{ ...eventAt(100_002), rule: warmthRule }]);
    assert.ok(
      warmthChanges.every(({ kind }) => kind === 'put'),
      'warmth rules of clients evict no events about rules of operators',
    );
  });
});
