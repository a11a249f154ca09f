// SIGINT, SIGTERM and SIGHUP as abort signals: the first one aborts `stop` (orderly), the second `kill` (immediate).

export interface Interrupts {
  readonly stop: AbortSignal;
  readonly kill: AbortSignal;
}

export function listenForInterrupts(): Interrupts {
  const stop = new AbortController();
  const kill = new AbortController();
  const onSignal = (): void => {
    if (stop.signal.aborted) kill.abort(new Error('stopped immediately'));
    else stop.abort(new Error('interrupted'));
  };
  for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(name, onSignal);
  return { stop: stop.signal, kill: kill.signal };
}
