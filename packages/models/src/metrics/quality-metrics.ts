// The table of quality metrics, by name.

import type { Metric } from '@pareto/core';
import { boxIou } from './box-iou.js';
import { cosine } from './cosine.js';
import { ctcMatch } from './ctc-match.js';
import { exactMatch } from './exact-match.js';
import { f1 } from './f1.js';
import { mse } from './mse.js';
import type { QualityMetric } from './quality-metric.js';
import { mae, r2, rmse } from './regression.js';
import { top1 } from './top1.js';
import { top5 } from './top5.js';

export const qualityMetrics: Readonly<Record<Metric, QualityMetric>> = {
  top1,
  top5,
  f1,
  'box-iou': boxIou,
  'exact-match': exactMatch,
  'ctc-match': ctcMatch,
  cosine,
  rmse,
  mae,
  r2,
  mse,
};
