// The members of an etcd cluster as one: each call goes to the one that answered last, and to another when it may.

import { isDeepStrictEqual } from 'node:util';
import type { Etcd3 } from 'etcd3';
import { milliseconds, ParetoError, type Clock } from '@pareto/core';
import { readCallError } from './call-error.js';
import { openMember, readMs, type CallOptions, type EtcdCredentials, type Member, type OpenMember } from './member.js';

export interface EtcdAccess extends EtcdCredentials {
  /** `host:port` of each member. */
  readonly endpoints: readonly string[];
  /** Those of now: asked for when the ones before do no more. */
  readonly renew?: () => Promise<EtcdCredentials>;
}

interface MemberResponse<T> {
  readonly member: Member;
  readonly response: T;
}

type Call<T> = (etcd: Etcd3, options: CallOptions) => Promise<T>;

/** Everything throws a CallError. */
export interface EtcdClient extends Disposable {
  /** Aborts when the client is closed. */
  readonly closed: AbortSignal;
  /** A call that may happen twice: tried on one member after another for about three seconds. */
  repeat<T>(call: Call<T>): Promise<MemberResponse<T>>;
  /** A call that must not happen twice: goes to another member only when it had no effect for sure. */
  write<T>(call: Call<T>): Promise<T>;
  /** One try on one member, which must answer within a second. */
  once<T>(call: Call<T>): Promise<T>;
  /** Later calls try another one first. */
  avoid(member: Member): void;
}

const writeMs = 1_500;
const budgetMs = 3_000;
const pauseMs = milliseconds(200);

export function createEtcdClient(access: EtcdAccess, clock: Clock): EtcdClient {
  const closing = new AbortController();
  let credentials: EtcdCredentials = { tls: access.tls, user: access.user };
  const members = access.endpoints.map((endpoint) => openMember(endpoint, () => credentials, clock));
  let preferred = 0;

  const avoid = (member: Member): void => {
    if (members[preferred] === member) preferred = (preferred + 1) % members.length;
  };
  /** Over new connections, when there are others than before. */
  const renewCredentials = async (): Promise<void> => {
    const next = await access.renew?.().catch(() => undefined); // perhaps they are being written
    if (next === undefined || isDeepStrictEqual(next, credentials)) return;
    credentials = next;
    for (const member of members) member.reopen();
  };
  const attempt = async <T>(call: Call<T>, timeoutMs: number, mayLogIn = true): Promise<MemberResponse<T>> => {
    const member = members[preferred];
    if (closing.signal.aborted || member === undefined) throw new ParetoError('unavailable', 'the store is closed');
    const { etcd } = member;
    let token: string | undefined;
    try {
      token = await loginTo(member);
      return { member, response: await call(etcd, { deadline: clock.wallMs() + timeoutMs }) };
    } catch (error) {
      const failure = readCallError(error);
      const isLoggedOut = failure.loginIsOld && credentials.user !== undefined;
      if (isLoggedOut) member.logout(token);
      if (failure.isStrange) await renewCredentials();
      const isMended = member.etcd !== etcd || (isLoggedOut && mayLogIn);
      if (isMended && failure.effect === 'none') return attempt(call, timeoutMs, mayLogIn && !isLoggedOut);
      if (failure.elsewhere) avoid(member);
      throw failure;
    }
  };
  const tryAll = async <T>(
    call: Call<T>,
    attemptMs: number,
    mayRepeat: (effect: 'none' | 'unknown') => boolean,
  ): Promise<MemberResponse<T>> => {
    const endAt = clock.now() + budgetMs;
    for (let tries = 1; ; tries += 1) {
      try {
        return await attempt(call, Math.min(attemptMs, endAt - clock.now()));
      } catch (error) {
        const { elsewhere, effect } = readCallError(error);
        const pause = tries % members.length === 0 ? pauseMs : 0;
        if (!elsewhere || !mayRepeat(effect) || clock.now() + pause + pauseMs > endAt) throw error;
        if (pause > 0) await clock.sleep(milliseconds(pause));
      }
    }
  };
  return {
    closed: closing.signal,
    avoid,
    repeat: (call) => tryAll(call, readMs, () => true),
    write: async (call) => (await tryAll(call, writeMs, (effect) => effect === 'none')).response,
    once: async (call) => (await attempt(call, readMs)).response,
    [Symbol.dispose]() {
      closing.abort();
      for (const { etcd } of members) etcd.close();
    },
  };
}

/** Whatever becomes of it, nothing was written by it. */
const loginTo = (member: OpenMember): Promise<string | undefined> =>
  member.login().catch((error: unknown) => {
    throw Object.assign(readCallError(error), { effect: 'none' });
  });
