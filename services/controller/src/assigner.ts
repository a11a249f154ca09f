// Carries a plan out: keeps the orders to measure, and sends every connected worker its desired state when that changed.

import type { PlanAction, WorkerId } from '@pareto/core';
import type { wire } from '@pareto/rpc';
import { assignmentsFor } from './assignments.js';
import type { Mirror } from './mirror.js';
import type { Scene } from './observe.js';

export interface Assigner {
  /** A worker's stream is there; it gets its assignments at once. */
  attach(worker: WorkerId, send: (message: wire.ControllerMessageInput) => void): void;
  detach(worker: WorkerId, send: (message: wire.ControllerMessageInput) => void): void;
  apply(actions: readonly PlanAction[]): void;
}

interface Line {
  readonly send: (message: wire.ControllerMessageInput) => void;
  lastSent: string;
}

export function createAssigner(mirror: Mirror, scene: () => Scene): Assigner {
  const lines = new Map<WorkerId, Line>();

  const sendChanged = (worker: WorkerId, line: Line, now: Scene): void => {
    const assignments = assignmentsFor(now, worker, mirror.revision);
    const text = JSON.stringify({ ...assignments, revision: 0 });
    if (text === line.lastSent) return;
    line.lastSent = text;
    line.send({ assignments });
  };

  return {
    attach(worker, send) {
      const line = { send, lastSent: '' };
      lines.set(worker, line);
      sendChanged(worker, line, scene());
    },
    detach(worker, send) {
      if (lines.get(worker)?.send === send) lines.delete(worker);
    },
    apply(actions) {
      const now = scene();
      for (const action of actions) {
        if (action.kind !== 'measure') continue;
        const { variant, version, hardwareClass, worker } = action;
        now.fleet.order(worker, { variant, version, hardwareClass });
      }
      for (const [worker, line] of lines) sendChanged(worker, line, now);
    },
  };
}
