// A replica's turn on a device slot: asked for when there is work, ended when there is none or others should go first.

import type { SlotTokens } from '@pareto/runtime';

export interface SlotHold {
  readonly held: boolean;
  /** Nothing happens while a turn is held or was asked for already. */
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
