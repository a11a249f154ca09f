// A replica's hold of a device slot: requested when queries are queued, released when no query is queued or another
// replica waits.

import type { SlotTokens } from '@pareto/runtime';

export interface SlotHold {
  readonly held: boolean;
  /** Requests the slot. Does nothing if it is held or already requested. */
  request(): void;
  release(): void;
}

export function createSlotHold(tokens: SlotTokens, onGranted: () => void): SlotHold {
  let token: Disposable | undefined;
  let isRequested = false;
  return {
    get held() {
      return token !== undefined;
    },
    request() {
      if (isRequested || token !== undefined) return;
      isRequested = true;
      void tokens.acquire().then((granted) => {
        isRequested = false;
        token = granted;
        onGranted();
      });
    },
    release() {
      token?.[Symbol.dispose]();
      token = undefined;
    },
  };
}
