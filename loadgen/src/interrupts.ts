// Ctrl-C: the first one ends the sending, the second one the process.

import type { Clock } from '@pareto/core';

/** Time within which a second signal is a copy of the first one: npm and pnpm forward what the terminal also sends. */
const copyMs = 250;
const interruptedCode = 130;

/** Returns a signal that aborts at the first SIGINT or SIGTERM. The second one exits. */
export function listenForInterrupts(clock: Clock): AbortSignal {
  const stopping = new AbortController();
  let firstAt: number | undefined;
  const onSignal = (): void => {
    firstAt ??= clock.now();
    if (!stopping.signal.aborted) stopping.abort(new Error('interrupted'));
    else if (clock.now() - firstAt > copyMs) process.exit(interruptedCode);
  };
  for (const name of ['SIGINT', 'SIGTERM'] as const) process.on(name, onSignal);
  return stopping.signal;
}
