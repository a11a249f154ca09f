// What stops a service: a signal, or the end of its supervisor. The run group stops its parts in reverse order of their start.

import type { Logger } from '@pareto/telemetry';
import type { RunGroup } from './run-group.js';

/** Stops the parts at SIGTERM or SIGINT. A second signal exits immediately. */
export function stopOnSignals(group: RunGroup, logger: Logger): void {
  let seen = 0;
  const onSignal = (signal: NodeJS.Signals): void => {
    if (++seen > 1) process.exit(1);
    logger.info('signal', { signal });
    void group.stop();
  };
  process.on('SIGTERM', onSignal);
  process.on('SIGINT', onSignal);
}

/** Stops when standard input closes: however the supervisor exits, the system closes its end of the pipe. */
export function stopWithSupervisor(group: RunGroup, logger: Logger): void {
  process.stdin.resume().once('close', () => {
    logger.warn('supervisor exited');
    void group.stop();
  });
}
