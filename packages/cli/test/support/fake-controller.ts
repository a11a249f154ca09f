// A fake controller: keeps blobs in memory, which several instances can share, records calls, and fails on demand.

import assert from 'node:assert/strict';
import { ParetoError } from '@pareto/core';
import { type wire } from '@pareto/protocol';
import { createServer, notLeaderError, type RpcServer, type ServiceHandlers } from '@pareto/rpc';

/** State that several fake controllers can share. */
export interface FakeStorage {
  readonly blobs: Map<string, Buffer>;
  readonly sizes: Map<string, number>;
  /** Registered names. */
  readonly names: string[];
  /** Calls in order, as `method name`. */
  readonly calls: string[];
  /** Options of each registration of an architecture. */
  readonly registrations: { readonly recipes: readonly string[]; readonly keepDominated: boolean }[];
  readonly requests: wire.RegisterArchitectureRequest[];
  readonly tasks: wire.RegisterTaskRequest[];
}

export const createFakeStorage = (): FakeStorage => ({
  blobs: new Map(),
  sizes: new Map(),
  names: [],
  calls: [],
  registrations: [],
  requests: [],
  tasks: [],
});

export interface FakeController extends Disposable {
  readonly server: RpcServer;
  readonly address: string;
  /** Address of the leader, if another controller leads. Empty if none leads; undefined if this one does. */
  leader: string | undefined;
  /** Number of received bytes of a file at which the server closes with all connections. */
  closeAfterBytes: number;
  /** Error of the next write, thrown before or after its execution. */
  next: { readonly when: 'before' | 'after'; readonly error: ParetoError } | undefined;
  overview: wire.OverviewResponseInput;
  /** Events that a stream starts with. Followers receive no others. */
  readonly events: wire.EventsResponseInput[];
  /** Successive responses to Jobs. The last one is repeated. */
  jobs: wire.JobInput[][];
  /** Response to Describe. Undefined to derive it from the registered names. */
  description: wire.DescribeResponseInput | undefined;
  readonly rules: wire.RuleInput[];
  /** Response to List of plans, whose plans are those asked for. */
  plans: wire.ListPlansResponseInput;
  /** Response to Preview. */
  preview: wire.PreviewResponseInput;
  /** Response to List. Undefined to derive it from the registered names and `variants`. */
  list: wire.ListResponseInput | undefined;
  /** Variants in the response to List. */
  variants: wire.VariantInput[];
  /** Text of the backup, which is sent in parts of 100 bytes. */
  backup: string;
  /** Response to Restore. */
  restored: wire.RestoreResponseInput;
}

export async function startFakeController(storage: FakeStorage): Promise<FakeController> {
  const server = createServer();
  const state = {
    server,
    address: '',
    leader: undefined as string | undefined,
    closeAfterBytes: Infinity,
    next: undefined as FakeController['next'],
    overview: {} as wire.OverviewResponseInput,
    events: [] as wire.EventsResponseInput[],
    jobs: [] as wire.JobInput[][],
    description: undefined as wire.DescribeResponseInput | undefined,
    rules: [] as wire.RuleInput[],
    plans: {} as wire.ListPlansResponseInput,
    preview: {} as wire.PreviewResponseInput,
    list: undefined as wire.ListResponseInput | undefined,
    variants: [] as wire.VariantInput[],
    backup: '',
    restored: {} as wire.RestoreResponseInput,
    [Symbol.dispose]: () => server.close(),
  };
  server.add('pareto.v1.Blobs', blobs(storage, state));
  server.add('pareto.v1.Registry', registry(storage, state));
  server.add('pareto.v1.Fleet', {
    overview: async () => state.overview,
    async *events({ follow, afterId }, call) {
      yield* state.events.map((event, i) => ({ id: i + 1, ...event })).filter(({ id }) => Number(id) > afterId);
      if (follow) await new Promise((resolve) => call.signal.addEventListener('abort', resolve, { once: true }));
    },
    listWorkers: async () => ({ workers: [{ workerId: 'w1', connected: true }] }),
    drain: async () => ({}),
    async forget({ workerId }) {
      storage.calls.push(`forget ${workerId}`);
      if (workerId === 'w1') throw new ParetoError('failed-precondition', 'worker w1 is connected');
      return {};
    },
  });
  server.add('pareto.v1.Plans', {
    async list({ revisions, variant }) {
      const { plans = [], ...rest } = state.plans;
      const isAsked = ({ revision = 0 }: wire.RecordedPlanInput): boolean =>
        revisions.length === 0 || revisions.includes(Number(revision));
      storage.calls.push(`plans ${revisions.join()} ${variant}`);
      return { ...rest, plans: plans.filter(isAsked) };
    },
    async freeze({ revision, reason, actor }) {
      storage.calls.push(`freeze ${revision} ${reason}`);
      return { revision, reason, actor, replicas: state.plans.current?.replicas ?? [] };
    },
    async preview(request) {
      storage.calls.push(`preview ${JSON.stringify(request)}`);
      return state.preview;
    },
    async resume() {
      storage.calls.push('resume');
      return { ended: state.plans.freeze ?? null };
    },
  });
  state.address = `127.0.0.1:${await server.listen('127.0.0.1', 0)}`;
  return state;
}

function blobs(storage: FakeStorage, controller: FakeController): ServiceHandlers<'pareto.v1.Blobs'> {
  return {
    stat: async ({ digest }) => {
      const receivedBytes = storage.blobs.get(digest)?.length ?? 0;
      return { complete: receivedBytes > 0 && receivedBytes === storage.sizes.get(digest), receivedBytes };
    },
    upload: async (messages) => {
      let key = '';
      for await (const { digest, sizeBytes, offset, data } of messages) {
        if (key === '') storage.sizes.set((key = digest), sizeBytes);
        const received = storage.blobs.get(key) ?? Buffer.alloc(0);
        assert.equal(offset, received.length);
        storage.blobs.set(key, Buffer.concat([received, data]));
        if (received.length + data.length >= controller.closeAfterBytes) controller.server.close();
      }
      return { digest: key, sizeBytes: storage.sizes.get(key) ?? 0 };
    },
  };
}

function registry(storage: FakeStorage, controller: FakeController): ServiceHandlers<'pareto.v1.Registry'> {
  const write = async (method: string, name: string, apply: () => void): Promise<void> => {
    storage.calls.push(`${method} ${name}`);
    if (controller.leader !== undefined) throw notLeaderError(controller.leader === '' ? undefined : controller.leader);
    const { next } = controller;
    controller.next = undefined;
    if (next?.when === 'before') throw next.error;
    apply();
    if (next?.when === 'after') throw next.error;
  };
  const put = (name: string) => (): void => {
    if (!storage.names.includes(name)) storage.names.push(name);
  };
  return {
    async registerTask(request) {
      const { name, metric, validationDigest } = request;
      storage.tasks.push(request);
      await write('registerTask', name, put(name));
      return { name, metric, validationDigest };
    },
    async registerArchitecture(request) {
      const { name, task, manifest, recipes, keepDominated } = request;
      storage.registrations.push({ recipes, keepDominated });
      storage.requests.push(request);
      if (name === 'bad') throw new ParetoError('invalid-argument', 'no such operator');
      await write('registerArchitecture', name, put(name));
      return { name, task, version: 1, manifest };
    },
    async rollback({ name, version, actor, reason }) {
      await write('rollback', `${name} ${version} ${reason}`, () => assert.notEqual(actor, ''));
      return { version, fromVersion: 4 };
    },
    async describe({ name }) {
      if (controller.description !== undefined) return controller.description;
      if (!storage.names.includes(name)) throw new ParetoError('not-found', `there is no ${name}`);
      if (name === 'digits') return { task: { name } };
      const [architecture = ''] = name.split(':');
      const variants = [{ name: `${architecture}:original`, version: 2, replicasReady: 1 }];
      const architectures = [
        { name: architecture, version: 1 },
        { name: architecture, version: 2 },
      ];
      return { task: { name: 'digits' }, architectures, variants };
    },
    async list() {
      if (controller.list !== undefined) return controller.list;
      return { tasks: storage.names.map((name) => ({ name })), variants: controller.variants };
    },
    async jobs({ name }) {
      storage.calls.push('jobs');
      const jobs = (controller.jobs.length > 1 ? controller.jobs.shift() : controller.jobs[0]) ?? [];
      return { jobs: jobs.filter(({ architecture, task }) => name === '' || name === architecture || name === task) };
    },
    async profile({ variant }) {
      await write('profile', variant, () => undefined);
      return {};
    },
    async setRule({ durationMs, ...rule }) {
      const created = { ...rule, id: String(controller.rules.length + 1), remainingMs: durationMs };
      await write('setRule', rule.target, () => controller.rules.push(created));
      return created;
    },
    async liftRule({ id }) {
      const index = controller.rules.findIndex((rule) => rule.id === id);
      const [rule] = index < 0 ? [] : controller.rules.splice(index, 1);
      if (rule === undefined) throw new ParetoError('not-found', `there is no rule ${id}`);
      return rule;
    },
    async listRules() {
      return {
        rules: controller.rules,
        events: controller.rules.map((rule) => ({ kind: 'made', actor: rule.actor ?? '', rule })),
      };
    },
    async *backup() {
      const text = Buffer.from(controller.backup);
      for (let at = 0; at < text.byteLength; at += 100) yield { data: text.subarray(at, at + 100) };
    },
    async restore({ digest }) {
      await write('restore', digest, () => undefined);
      return controller.restored;
    },
    async delete({ name }) {
      await write('delete', name, () => {
        const index = storage.names.indexOf(name);
        if (index < 0) throw new ParetoError('not-found', `there is no ${name}`);
        storage.names.splice(index, 1);
      });
      const own = storage.names.indexOf(`${name}.task`);
      if (own < 0) return {};
      storage.names.splice(own, 1);
      return { task: `${name}.task` };
    },
  };
}
