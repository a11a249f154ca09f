// The format of our own cases: a request, and the known part of its answer.

import type { Json, JsonObject } from '../compare.js';
import type { HttpRequest } from '../http-client.js';

interface Expected {
  /**
   * Expected fields of the answer, in protobuf's JSON form or HTTP's JSON. Null means missing. Other fields are
   * ignored.
   */
  readonly gives: JsonObject;
  /** Words that the error message must contain. */
  readonly names?: readonly string[];
}

export type OwnCase = Expected &
  (
    | { readonly rpc: string; readonly request: JsonObject }
    | { readonly stream: readonly JsonObject[] }
    | { readonly http: HttpRequest }
  );

export type OwnCases = Readonly<Record<string, OwnCase>>;

export const base64 = (...parts: readonly (ArrayBufferView | Uint8Array)[]): string =>
  Buffer.concat(
    parts.map(({ buffer, byteOffset, byteLength }) => Buffer.from(buffer, byteOffset, byteLength)),
  ).toString('base64');

export const floats = (...values: readonly number[]): string => base64(Float32Array.from(values));

/** Encodes BYTES: each element is preceded by its length in 4 bytes. */
export const strings = (...values: readonly (string | Uint8Array)[]): string =>
  base64(
    ...values.flatMap((value) => {
      const bytes = Buffer.from(value);
      return [Uint32Array.of(bytes.length), bytes];
    }),
  );

export const input = (datatype: string, shape: readonly number[], more: JsonObject = {}): JsonObject => ({
  ...{ name: 'x', datatype, shape: shape.map(String) },
  ...more,
});

export const infer = (
  model: string,
  inputs: readonly JsonObject[],
  raw: readonly string[] = [],
  more: JsonObject = {},
) => ({
  rpc: 'ModelInfer',
  request: { model_name: model, inputs, ...(raw.length === 0 ? {} : { raw_input_contents: raw }), ...more },
});

/** Builds a case in which an identity model returns the same raw values of `x`. */
export const mirrored = (
  model: string,
  datatype: string,
  shape: readonly number[],
  raw: string,
  more: JsonObject = {},
) => ({
  ...infer(model, [input(datatype, shape)], [raw], more),
  gives: ok({
    model_name: model,
    model_version: '1',
    outputs: [{ name: 'y', datatype, shape: shape.map(String), contents: null }],
    raw_output_contents: [raw],
  }),
});

/** Builds a case in which an identity model returns the same typed contents of `x`. */
export const mirroredTyped = (model: string, datatype: string, contents: JsonObject): OwnCase => ({
  ...infer(model, [input(datatype, [1, 4], { contents })]),
  gives: ok({ outputs: [{ name: 'y', datatype, shape: ['1', '4'], contents }], raw_output_contents: null }),
});

export const ok = (reply: Json): JsonObject => ({ status: 'OK', reply });
export const refused = (...names: readonly string[]) => ({ gives: { status: 'INVALID_ARGUMENT' }, names });
export const notFound = (...names: readonly string[]) => ({ gives: { status: 'NOT_FOUND' }, names });

/** Builds an HTTP request. `body` is JSON text, or an object to encode as JSON. */
export const post = (path: string, body: Json, headers: Readonly<Record<string, string>> = {}, binary = '') => ({
  http: {
    ...{ method: 'POST', path: `/v2/${path}`, headers: { 'content-type': 'application/json', ...headers } },
    body: `${typeof body === 'string' ? body : Buffer.from(JSON.stringify(body)).toString('latin1')}${binary}`,
  },
});

export const get = (path: string, method = 'GET') => ({ http: { method, path: `/v2/${path}` } });
