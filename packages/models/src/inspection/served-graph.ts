// Rewrites a registered graph to the one that is served in place of it: without maps and lists among its outputs, with locales
// that workers have, and without operators that ONNX Runtime no longer runs.

import type { OnnxModel } from '../onnx/onnx.js';
import { outdatedOpset, upgradeOutdated } from '../opset/upgrade-opset.js';
import { notRewritable, type NotRewritable } from '../rewrite/generator.js';
import { prepare } from '../rewrite/prepare.js';
import { removeZipMaps, type WithoutZipMaps } from '../rewrite/remove-zip-maps.js';
import { splitLists } from '../rewrite/split-lists.js';
import { usePortableLocale } from '../rewrite/use-portable-locale.js';

export interface ServedGraph extends WithoutZipMaps {
  /** Opset from which the graph was upgraded. Undefined if ONNX Runtime runs it. */
  readonly outdatedOpset: number | undefined;
}

/** Returns the model itself if it is served as it is, and the reason if it can't be served. */
export function servedGraph(given: OnnxModel): ServedGraph | NotRewritable {
  const unzipped = removeZipMaps(splitLists(given));
  if ('reason' in unzipped) return notRewritable(`${unzipped.reason}; convert the model without ZipMap (zipmap=False)`);
  const model = usePortableLocale(unzipped.model);
  if ('reason' in model) return model;
  const { labels } = unzipped;
  const opset = outdatedOpset(model);
  if (opset === undefined) return { model: model === given ? model : prepare(model), labels, outdatedOpset: opset };
  const upgraded = upgradeOutdated(prepare(model));
  if (upgraded.kind === 'made') return { model: upgraded.model, labels, outdatedOpset: opset };
  return notRewritable(
    `it has opset ${opset}, which ONNX Runtime no longer runs, and can't be upgraded: ${upgraded.reason}; export it with opset 7 or later`,
  );
}
