// Closes connections without calls. gRPC for Node does so too, but it does not see all calls.

import type { ServerHttp2Session, ServerHttp2Stream } from 'node:http2';
import { milliseconds, type Clock } from '@pareto/core';

interface Usage {
  open: number;
  /** Time at which the last call ended. */
  usedAt: number;
}

export interface IdleCloser {
  /** Closes the connection once it has had no call for the time. */
  add(session: ServerHttp2Session): void;
  /** Records a call of a connection. */
  use(stream: ServerHttp2Stream): void;
}

export function createIdleCloser(idleMs: number, clock: Clock): IdleCloser {
  const usages = new WeakMap<ServerHttp2Session, Usage>();
  return {
    add(session) {
      const usage: Usage = { open: 0, usedAt: clock.now() };
      usages.set(session, usage);
      let timer: Disposable;
      const checkIn = (ms: number): void => void (timer = clock.after(milliseconds(ms), check));
      const check = (): void => {
        const leftMs = usage.open > 0 ? idleMs : usage.usedAt + idleMs - clock.now();
        if (leftMs > 0) checkIn(leftMs);
        else session.close();
      };
      checkIn(idleMs);
      session.once('close', () => timer[Symbol.dispose]());
    },
    use(stream) {
      const usage = stream.session && usages.get(stream.session as ServerHttp2Session);
      if (usage === undefined) return;
      usage.open += 1;
      stream.once('close', () => {
        usage.open -= 1;
        usage.usedAt = clock.now();
      });
    },
  };
}
