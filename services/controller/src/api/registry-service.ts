// The Registry service: writes go through the leader, reads come from the mirror.

import { type ServiceHandlers } from '@pareto/rpc';
import { encodeBackup, type Store } from '@pareto/state';
import { deleteName } from '../registry/delete-name.js';
import { changeToWire, describeArchitecture, describeName, describeTask, listRegistry } from './describe.js';
import { listJobs } from './jobs.js';
import type { ClusterView } from '../cluster/observe.js';
import type { PlanLog } from '../plan/plan-log.js';
import { reprofile } from '../registry/reprofile.js';
import { registerArchitecture } from '../registry/register.js';
import type { RegisterContext } from '../registry/register-context.js';
import { registerTask } from '../registry/register-task.js';
import { refillStore, restoreBackup } from '../registry/restore-backup.js';
import { rollback } from '../registry/rollback.js';
import { actorOf } from '../rules/actor.js';
import { reasonFrom } from '../rules/rule-request.js';
import { liftRule, listRules, ruleToWire, setRule } from '../rules/rules-service.js';

export interface RegistryServiceOptions extends RegisterContext {
  readonly store: Store;
  readonly refill: (backup: string) => Promise<void>;
  readonly clusterView: () => ClusterView;
  readonly planLog: Pick<PlanLog, 'deferred'>;
  /** Time for which a version is kept after it was replaced, in ms. 0 means without a limit. */
  readonly keepVersionsMs: number;
  /** Throws `notLeaderError()` if another controller leads, because only the leader has the running steps. */
  readonly preferLeader: () => void;
  /** Throws `unavailable` while the plan is not settled after a restore of the store. */
  readonly requireSettled: () => void;
  /** Throws `failed-precondition` while routers keep the table of another store. Only a restore is possible then. */
  readonly requireOwnStore: () => void;
}

/** Size of the messages that a backup is sent in. */
const partBytes = 256 * 1_024;

export function createRegistryHandlers(options: RegistryServiceOptions): ServiceHandlers<'pareto.v1.Registry'> {
  const { leader, clusterView, reservations, keepVersionsMs } = options;
  const requireRestorable = (): void => {
    leader.require();
    options.requireSettled();
  };
  const requireWritable = (): void => {
    requireRestorable();
    options.requireOwnStore();
  };
  return {
    async registerTask(request) {
      requireWritable();
      return describeTask(await reservations.reserve([request.validationDigest], () => registerTask(options, request)));
    },
    async registerArchitecture(request, call) {
      requireWritable();
      const files = request.manifest?.files.map((file) => file.digest) ?? [];
      const digests = [...files, ...Object.values(request.labels)];
      const actor = actorOf(call, request.actor);
      const {
        architecture,
        rolledBackFrom = 0,
        keptBy,
      } = await reservations.reserve(digests, () => registerArchitecture(options, { ...request, actor }));
      const view = clusterView();
      return {
        ...describeArchitecture(view, architecture, keepVersionsMs),
        rolledBackFrom,
        keptBy: keptBy === undefined ? null : changeToWire(view, keptBy),
      };
    },
    async rollback({ name, version, ...request }, call) {
      requireWritable();
      const author = { by: actorOf(call, request.actor), reason: reasonFrom(request.reason) };
      return { version, fromVersion: await rollback(options, { name, version }, author) };
    },
    async list({ task }) {
      return listRegistry(clusterView(), task, keepVersionsMs);
    },
    async describe({ name }) {
      return describeName(clusterView(), name, keepVersionsMs);
    },
    async delete({ name }) {
      requireWritable();
      return options.runExclusive(name, () => deleteName(options, name, clusterView().wallMs));
    },
    async profile({ variant }) {
      requireWritable();
      await options.runExclusive(variant, () => reprofile(options, clusterView().registry, variant));
      return {};
    },
    async jobs({ name }) {
      options.preferLeader();
      return { jobs: listJobs(clusterView(), options.planLog.deferred(), name) };
    },
    async setRule(request, call) {
      requireWritable();
      return ruleToWire(
        await setRule(options, { ...request, actor: actorOf(call, request.actor) }),
        clusterView().wallMs,
      );
    },
    async liftRule({ id, actor }, call) {
      requireWritable();
      return ruleToWire(await liftRule(options, { id, actor: actorOf(call, actor) }), clusterView().wallMs);
    },
    async listRules() {
      return listRules(clusterView());
    },
    async *backup() {
      const text = Buffer.from(await encodeBackup(options.store));
      for (let at = 0; at < text.byteLength; at += partBytes) yield { data: text.subarray(at, at + partBytes) };
    },
    async restore({ digest }) {
      if (options.store.loss !== undefined) return refillStore(options, digest);
      requireRestorable();
      return restoreBackup(options, digest);
    },
  };
}
