// Reads of etcd, each answer held against the history that is known. When it shows another one, the first to notice gives
// it a new epoch, and all who notice take that.

import { ParetoError, type Clock } from '@pareto/core';
import type { IRangeRequest } from 'etcd3';
import { epochKey, identify, renewIdentity, type StoreLocation } from '../identity.js';
import type { Revision } from '../store.js';
import type { Member } from './member.js';
import { createHistory, type Header, type History } from './history.js';
import type { RawAccess, RawResponse } from './raw-access.js';

export interface EtcdResponse extends RawResponse {
  /** Of the history that the answer is from. */
  readonly generation: number;
}

export interface Session {
  readonly history: History;
  /** A linearizable read from the history that is the known one when it returns. */
  range(request: IRangeRequest): Promise<EtcdResponse>;
  /** Begins another history when the known one is over. Tells who answered, and at which revision. */
  verify(): Promise<{ readonly member: Member; readonly revision: Revision }>;
  /** The history of that generation is over: begins the next one, unless that has happened. */
  renewAfter(generation: number): Promise<void>;
}

export interface SessionOptions {
  readonly clock: Clock;
  readonly onNotice: (message: string, fields: Readonly<Record<string, unknown>>) => void;
}

/** Makes the store's identity when it has none. */
export async function startSession(raw: RawAccess, location: StoreLocation, options: SessionOptions): Promise<Session> {
  const epochRequest = { key: raw.keys.full(epochKey) };
  const headerNow = async (): Promise<Header> => (await raw.range(epochRequest)).header;
  const history = createHistory(await identify(raw, location), await headerNow(), options.clock);
  let renewal: Promise<void> | undefined;

  const renew = async (): Promise<void> => {
    const before = history.epoch;
    const epoch = await renewIdentity(raw, before, location);
    history.begin(epoch, await headerNow());
    options.onNotice('the store was wiped or restored: its history is another one', { epoch, before });
  };
  const renewAfter = async (generation: number): Promise<void> => {
    if (generation !== history.generation) return;
    renewal ??= renew().finally(() => (renewal = undefined));
    await renewal;
  };
  const range = async (request: IRangeRequest): Promise<EtcdResponse> => {
    for (let tries = 0; tries < 5; tries += 1) {
      const mark = history.mark();
      const response = await raw.range(request);
      if (history.agrees(mark, response.header) && response.epoch === history.epoch) {
        history.answered(mark, response.header);
        return { ...response, generation: mark.generation };
      }
      await renewAfter(mark.generation);
    }
    throw new ParetoError('unavailable', 'the store changes its history again and again');
  };
  return {
    history,
    range,
    renewAfter,
    async verify() {
      const { member, header } = await range(epochRequest);
      return { member, revision: Number(header.revision) };
    },
  };
}
