// Waits until a service is ready.

import { errorText, milliseconds, ParetoError, type Clock } from '@pareto/core';

const pollMs = milliseconds(100);

export interface ReadinessOptions {
  readonly clock: Clock;
  readonly signal: AbortSignal;
  readonly timeoutMs: number;
}

/** Polls `/readyz`. Throws `deadline-exceeded` with the last response. */
export async function waitUntilReady(
  name: string,
  host: string,
  port: number,
  options: ReadinessOptions,
): Promise<void> {
  const { clock, signal, timeoutMs } = options;
  const deadline = clock.now() + timeoutMs;
  for (;;) {
    const status = await probe(`http://${host}:${port}/readyz`, signal);
    if (status === 'ready') return;
    if (clock.now() > deadline) {
      throw new ParetoError('deadline-exceeded', `${name} is not ready after ${timeoutMs / 1000} s: ${status}`);
    }
    await clock.sleep(pollMs, signal);
  }
}

async function probe(url: string, signal: AbortSignal): Promise<string> {
  try {
    const response = await fetch(url, { signal });
    const text = await response.text();
    return response.ok ? 'ready' : text.trim();
  } catch (error) {
    return errorText(error);
  }
}
