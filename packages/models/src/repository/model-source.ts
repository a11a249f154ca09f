// Where models are to come from, as a command line or a KServe storage URI names it.

import { fileURLToPath } from 'node:url';
import { ParetoError } from '@pareto/core';

export type ModelSource =
  | { readonly kind: 'local'; readonly path: string }
  | { readonly kind: 'http'; readonly url: URL }
  /** `key`: of one object, or what the keys of a folder begin with. */
  | { readonly kind: 's3'; readonly bucket: string; readonly key: string };

export const archivePattern: RegExp = /\.(tar\.gz|tgz|tar|zip)$/i;

const supported =
  'expected a path, file:///folder, http(s)://host/model.onnx (or .tar.gz, .tgz, .tar, .zip), or s3://bucket/folder';

const elsewhere: Readonly<Record<string, string>> = {
  hf: 'download the ONNX files from the hub first, or give their https address',
  gs: 'copy the folder first, or give the s3:// address of its interoperable endpoint with --s3-endpoint',
  pvc: 'mount the volume, and give the path',
};

/** Throws `invalid-argument`, saying what is supported, for any other address. */
export function parseSource(given: string): ModelSource {
  const [, scheme] = /^([a-zA-Z][a-zA-Z0-9+.-]+):/.exec(given) ?? [];
  if (scheme === undefined || !given.startsWith(`${scheme}://`)) return { kind: 'local', path: given };
  switch (scheme.toLowerCase()) {
    case 'file':
      return { kind: 'local', path: filePath(given) };
    case 'http':
    case 'https':
      return { kind: 'http', url: parseHttp(given) };
    case 's3':
      return parseS3(given);
    default: {
      const instead = elsewhere[scheme.toLowerCase()];
      throw refuse(`${scheme}:// is not supported${instead === undefined ? '' : ` (${instead})`}: ${supported}`);
    }
  }
}

const refuse = (why: string): ParetoError => new ParetoError('invalid-argument', why);

/** `file://models`, of which other programs make a relative path, is taken for one. */
function filePath(given: string): string {
  if (!URL.canParse(given)) throw refuse(`${given} is no URL: ${supported}`);
  const url = new URL(given);
  return url.host === '' ? fileURLToPath(url) : given.slice('file://'.length);
}

function parseHttp(given: string): URL {
  if (!URL.canParse(given)) throw refuse(`${given} is no URL: ${supported}`);
  const url = new URL(given);
  if (url.pathname.endsWith('.onnx') || archivePattern.test(url.pathname)) return url;
  throw refuse(`${placeOf(url)} is neither a model nor an archive of models by its name: ${supported}`);
}

/** Without credentials and query, for people. */
export const placeOf = (url: URL): string => `${url.protocol}//${url.host}${url.pathname}`;

function parseS3(given: string): ModelSource {
  const [, bucket, key = ''] = /^s3:\/\/([^/]+)(?:\/(.*))?$/i.exec(given) ?? [];
  if (bucket === undefined) throw refuse(`${given} names no bucket: expected s3://bucket/folder`);
  return { kind: 's3', bucket, key: key.replace(/\/+$/, '') };
}
