// A replica's turn on a device slot: asked for when there is work, ended when there is none or others should go first.

import type { SlotTokens } from '@pareto/runtime';

export interface Turn {
  readonly held: boolean;
  /** Nothing happens while a turn is held or was asked for already. */
  ask(): void;
  end(): void;
}

export function createTurn(tokens: SlotTokens, onGranted: () => void): Turn {
  let token: Disposable | undefined;
  let asked = false;
  return {
    get held() {
      return token !== undefined;
    },
    ask() {
      if (asked || token !== undefined) return;
      asked = true;
      void tokens.acquire().then((granted) => {
        asked = false;
        token = granted;
        onGranted();
      });
    },
    end() {
      token?.[Symbol.dispose]();
      token = undefined;
    },
  };
}
