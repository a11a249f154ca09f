// Lets operators that change the case of text use a locale that Linux hosts have.

import { cutText } from '@pareto/core';
import { mapNodes } from '../onnx/map-parts.js';
import { isOp, nodesOf, stringOf, withoutAttributes } from '../onnx/onnx-graph.js';
import { stringAttribute } from '../onnx/onnx-parts.js';
import type { OnnxModel, OnnxNode } from '../onnx/onnx.js';
import { notRewritable, type NotRewritable } from './generator.js';

/** The locale that ONNX Runtime uses if the operator names none. */
const defaultLocale = 'en_US.UTF-8';
/** A locale of the C library, with the same lower and upper case letters as English. */
const portableLocale = 'C.UTF-8';
/** Locales that are never missing. An empty name is that of the process. */
const knownLocales: ReadonlySet<string> = new Set(['', 'C', 'POSIX', 'C.UTF-8', 'C.utf8']);
const english = /^en(_[A-Z]{2})?(\.utf-?8)?$/i;

/**
 * Replaces English locales, which are missing on many hosts, so that ONNX Runtime would not load the model there.
 * Returns the model itself if it has none, and the reason if it needs another locale that may be missing.
 */
export function usePortableLocale(model: OnnxModel): OnnxModel | NotRewritable {
  const locales = [...nodesOf(model)].flatMap(localeOf).filter((locale) => !knownLocales.has(locale));
  if (locales.length === 0) return model;
  const foreign = locales.find((locale) => !english.test(locale));
  if (foreign === undefined) return mapNodes(model, portableNode);
  return notRewritable(
    `its StringNormalizer uses the locale ${JSON.stringify(cutText(foreign))}, which hosts of workers may lack: export it with the locale en_US, or without a change of case`,
  );
}

/** Returns the locale of a node that changes the case of text. Empty for other nodes, which load none. */
function localeOf(node: OnnxNode): readonly string[] {
  if (!isOp(node, 'StringNormalizer') || stringOf(node, 'case_change_action', 'NONE') === 'NONE') return [];
  return [stringOf(node, 'locale', defaultLocale)];
}

function portableNode(node: OnnxNode): OnnxNode {
  if (localeOf(node).every((locale) => knownLocales.has(locale))) return node;
  const { attribute, ...rest } = withoutAttributes(node, 'locale');
  return { ...rest, attribute: [...attribute, stringAttribute('locale', portableLocale)] };
}
