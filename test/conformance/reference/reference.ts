// Runs the reference's requests against Pareto. The answers may differ only as listed in differences.json.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { anything, differencesOf, isObject, plain, type Json, type JsonObject } from '../compare.js';
import { readBody, type HttpRequest } from '../http-client.js';
import type { Fixture } from '../fixture.js';
import { missingFrom } from './messages.js';
import { statisticsCases } from './statistics.js';

/** A request with its answer. gRPC calls have protobuf's JSON form, HTTP bodies are latin-1. */
interface Known extends Partial<HttpRequest> {
  readonly rpc?: string;
  readonly request?: JsonObject;
  readonly requests?: readonly JsonObject[];
  readonly status: Json;
  readonly message?: string;
  readonly reply?: Json;
  readonly type?: string;
  readonly hlen?: string | null;
}

interface Answer {
  readonly facts: JsonObject;
  /** Message of an error. */
  readonly message: string | undefined;
}

interface Difference {
  readonly requests: readonly string[];
  /** Pareto's values by path. `…` matches any value, null means missing. */
  readonly instead: JsonObject;
  readonly why: string;
}

const read = (name: string): unknown => JSON.parse(readFileSync(new URL(name, import.meta.url), 'utf8'));
const known = read('reference.json') as Readonly<Record<string, Known>>;
const listed = read('differences.json') as readonly Difference[];
const special = statisticsCases((name) => known[name]?.request ?? {});

export function describeReference(fixture: () => Fixture): void {
  describe('requests answered by a native server', () => {
    for (const [name, entry] of Object.entries(known)) {
      it(name, async () => {
        const expected = expectedOf(entry);
        const answer = await send(fixture(), name, entry);
        const differences = {
          ...differencesOf(expected.facts, plain(answer.facts)),
          ...lacks(expected, answer, entry),
        };
        const allowed = listed.filter(({ requests }) => requests.includes(name)).map(({ instead }) => instead);
        const unlisted = differencesOf(Object.assign({}, ...allowed) as JsonObject, differences);
        assert.deepEqual(unlisted, {}, JSON.stringify({ differences, ours: answer }, undefined, 1));
      });
    }

    it('differ from ours only as listed', () => {
      for (const { requests, why } of listed) {
        assert.deepEqual(
          requests.filter((name) => !(name in known)),
          [],
        );
        assert.ok(why.length > 20, why);
      }
    });
  });
}

function expectedOf({ status, reply = {}, message, method, type = '', hlen }: Known): Answer {
  if (method === undefined) return { facts: { status, reply: plain(summaryOf(reply)) }, message };
  const read = typeof reply === 'string' ? readBody(Buffer.from(reply, 'latin1'), lengthOf(hlen)) : { reply };
  return readHttp({ status, type, hlen: hlen ?? null, ...read });
}

async function send(fixture: Fixture, name: string, entry: Known): Promise<Answer> {
  const counted = special[name];
  if (counted !== undefined) return { facts: await counted(fixture), message: undefined };
  const { grpc } = fixture;
  if (entry.method !== undefined) {
    const { status, type, reply, binary, headers } = await fixture.http({
      method: entry.method,
      path: entry.path ?? '/',
      ...entry,
    });
    const hlen = String(headers['inference-header-content-length'] ?? '');
    return readHttp({ status, type, hlen, reply, ...(binary === undefined ? {} : { binary }) });
  }
  const { rpc = '', request = {}, requests } = entry;
  const { status, message, reply } = await (requests === undefined ? grpc.call(rpc, request) : grpc.stream(requests));
  return { facts: { status, reply: summaryOf(reply ?? {}) }, message };
}

const lengthOf = (hlen: string | null | undefined): number | undefined =>
  hlen === undefined || hlen === null ? undefined : Number(hlen);

/** Ignores the header length of a binary answer, which depends on the JSON's content. */
function readHttp({ hlen, reply = null, ...facts }: JsonObject): Answer {
  const error = isObject(reply) && typeof reply['error'] === 'string' ? reply['error'] : undefined;
  const shown = error === undefined ? reply : { error: anything };
  return {
    facts: plain({ ...facts, hlen: (hlen ?? '') === '' ? '' : anything, reply: shown }) as JsonObject,
    message: error,
  };
}

/** Returns the fields of a stream's message that the reference records. */
function summaryOf(reply: Json): Json {
  if (!Array.isArray(reply)) return reply;
  return reply.map((message: Json) => {
    if (!isObject(message) || 'raw' in message) return message;
    const answer = isObject(message['infer_response']) ? message['infer_response'] : {};
    const { id = null, parameters: params = {}, raw_output_contents: raw } = answer;
    return { error: message['error_message'] ?? null, id, params, raw: Array.isArray(raw) ? raw.length : 0 };
  });
}

function lacks(expected: Answer, answer: Answer, { request, path }: Known): JsonObject {
  if (expected.message === undefined || answer.message === undefined) return {};
  const [, inPath] = /\/models\/([^/]+)/.exec(path ?? '') ?? [];
  const model = typeof request?.['model_name'] === 'string' ? request['model_name'] : inPath;
  const missing = missingFrom(answer.message, expected.message, model);
  return missing.length === 0 ? {} : { 'not named': missing };
}
