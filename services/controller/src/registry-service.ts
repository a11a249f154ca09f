// The Registry service: writes go through the leader, reads come from the mirror.

import { ParetoError } from '@pareto/core';
import { architectureToWire, taskToWire, type ServiceHandlers } from '@pareto/rpc';
import type { Operation } from '@pareto/state';
import type { BlobHolds } from './blob-holds.js';
import { describeName, findVariant, listRegistry, notFound } from './describe.js';
import type { Mirror } from './mirror.js';
import type { Scene } from './observe.js';
import { architecturePrefixes, measurementsPrefix, nameKey, putRecord, taskKey, type NameRecord } from './records.js';
import { registerArchitecture, registerTask, type RegisterContext } from './register.js';

export interface RegistryServiceOptions extends RegisterContext {
  readonly scene: () => Scene;
  readonly holds: BlobHolds;
  /** Throws `unavailable` while it is not known what a restored store is worth. */
  readonly requireSettled: () => void;
}

export function createRegistryHandlers(options: RegistryServiceOptions): ServiceHandlers<'pareto.v1.Registry'> {
  const { leader, scene, holds } = options;
  const requireWritable = (): void => {
    leader.require();
    options.requireSettled();
  };
  return {
    async registerTask(request) {
      requireWritable();
      return taskToWire(await holds.hold([request.validationDigest], () => registerTask(options, request)));
    },
    async registerArchitecture(request) {
      requireWritable();
      const digests = request.manifest?.files.map((file) => file.digest) ?? [];
      return architectureToWire(await holds.hold(digests, () => registerArchitecture(options, request)));
    },
    async list({ task }) {
      return listRegistry(scene(), task);
    },
    async describe({ name }) {
      return describeName(scene(), name);
    },
    async delete({ name }) {
      requireWritable();
      await options.takeTurn(name, () => deleteName(options, name));
      return {};
    },
    async profile({ variant }) {
      requireWritable();
      const { id, version } = findVariant(scene(), variant).variant;
      await leader.write([], [{ kind: 'delete-prefix', prefix: measurementsPrefix(id, version) }]);
      return {};
    },
  };
}

/** Undefined when somebody else wrote in between. */
async function deleteName({ leader, mirror }: RegisterContext, name: string): Promise<true | undefined> {
  const held = mirror.records.names.get(nameKey(name));
  if (held === undefined || held.value.kind === 'free') throw notFound('task or architecture', name);
  const changes = held.value.kind === 'task' ? taskDeletions(mirror, name) : architectureDeletions(name);
  const unchanged = [held, mirror.records.tasks.get(taskKey(name)) ?? held].map(
    ({ key, modRevision }) => ({ kind: 'revision', key, modRevision }) as const,
  );
  return (await leader.write(unchanged, [freeName(name, held.value), ...changes])) ? true : undefined;
}

function taskDeletions({ records }: Mirror, name: string): readonly Operation[] {
  const own = Array.from(records.architectures.values(), ({ value }) => value).filter(({ task }) => task === name);
  if (own.length === 0) return [{ kind: 'delete', key: taskKey(name) }];
  const names = [...new Set(own.map((architecture) => architecture.name))].join(', ');
  throw new ParetoError('failed-precondition', `task ${name} has architectures: delete ${names} first`);
}

/** Its replicas go with the next turn of the control loop. */
const architectureDeletions = (name: string): readonly Operation[] =>
  architecturePrefixes(name).map((prefix) => ({ kind: 'delete-prefix', prefix }));

const freeName = (name: string, { current = 0 }: NameRecord): Operation =>
  current === 0 ? { kind: 'delete', key: nameKey(name) } : putRecord(nameKey(name), { kind: 'free', current });
