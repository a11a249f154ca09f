// Reads the messages of a stream, with a limit on how many are unanswered.

import type { DuplexStream } from '@pareto/rpc';

export interface Bounds {
  readonly messages: number;
  readonly bytes: number;
}

/** The unanswered messages of a stream. */
export interface ReadWindow {
  enter(bytes: number): void;
  leave(bytes: number): void;
  /** Resolves when another message may be read. An empty window accepts a message of any size. */
  untilFree(): Promise<void>;
}

export function createReadWindow(bounds: Bounds): ReadWindow {
  let messages = 0;
  let bytes = 0;
  let wake = (): void => undefined;
  const isFull = (): boolean => messages >= bounds.messages || (messages > 0 && bytes >= bounds.bytes);
  return {
    enter(entering) {
      messages += 1;
      bytes += entering;
    },
    leave(leaving) {
      messages -= 1;
      bytes -= leaving;
      wake();
    },
    async untilFree() {
      while (isFull()) await new Promise<void>((resolve) => (wake = resolve));
    },
  };
}

/** Yields the messages of a stream until the peer ends it or one of `ends` aborts. */
export async function* readUntil<In>(
  stream: DuplexStream<In, never>,
  ends: readonly AbortSignal[],
): AsyncGenerator<In> {
  const messages = stream[Symbol.asyncIterator]();
  while (!ends.some((end) => end.aborted)) {
    const next = await nextUnlessEnded(messages, ends);
    if (next === undefined || next.done === true) return;
    yield next.value;
  }
}

function nextUnlessEnded<In>(
  messages: AsyncIterator<In>,
  ends: readonly AbortSignal[],
): Promise<IteratorResult<In> | undefined> {
  return new Promise((resolve, reject) => {
    const stop = (): void => resolve(undefined);
    for (const end of ends) end.addEventListener('abort', stop, { once: true });
    messages
      .next()
      .then(resolve, reject)
      .finally(() => {
        for (const end of ends) end.removeEventListener('abort', stop);
      });
  });
}
