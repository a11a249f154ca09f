// Positions the labels of points so that they overlap nothing else.

export interface Box {
  readonly left: number;
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
}

export interface LabelRequest {
  readonly x: number;
  readonly y: number;
  /** Possible texts, the preferred one first. */
  readonly texts: readonly string[];
}

export interface PositionedLabel {
  readonly text: string;
  readonly box: Box;
  /** Set if the label is so far from its point that a line must connect them. */
  readonly isFar: boolean;
}

export interface LabelMetrics {
  readonly charWidth: number;
  readonly height: number;
}

/**
 * Positions the labels in order. Each gets the first position near its point, for the first of its texts that fits,
 * within `area` and overlapping no obstacle and no earlier label. Undefined if there is no room.
 */
export function positionLabels(
  requests: readonly LabelRequest[],
  area: Box,
  obstacles: readonly Box[],
  metrics: LabelMetrics,
): readonly (PositionedLabel | undefined)[] {
  const taken = [...obstacles];
  return requests.map((request) => {
    const positioned = positionLabel(request, area, taken, metrics);
    if (positioned !== undefined) taken.push(positioned.box);
    return positioned;
  });
}

function positionLabel(
  { x, y, texts }: LabelRequest,
  area: Box,
  taken: readonly Box[],
  { charWidth, height }: LabelMetrics,
): PositionedLabel | undefined {
  for (const text of texts) {
    const width = text.length * charWidth;
    for (const { dx, dy, isFar } of offsets(width, height)) {
      const box = { left: x + dx, top: y + dy, right: x + dx + width, bottom: y + dy + height };
      if (within(box, area) && !taken.some((other) => overlap(box, other))) return { text, box, isFar };
    }
  }
  return undefined;
}

interface Offset {
  readonly dx: number;
  readonly dy: number;
  readonly isFar: boolean;
}

const near = 8;

/** Offsets from the point, by distance. Left and above come first, where the front has no other points. */
const offsets = (width: number, height: number): readonly Offset[] =>
  [0, 1, 2, 3].flatMap((ring) => {
    const away = near + ring * height;
    const above = -height - away + 4;
    const below = away - 4;
    const at = (dx: number, dy: number): Offset => ({ dx, dy, isFar: ring > 0 });
    return [
      at(-width - near, -height / 2 - ring * height),
      at(-width - near / 2, above),
      at(near, -height / 2 + ring * height),
      at(near / 2, below),
      at(-width / 2, above - 4),
      at(-width / 2, below + 4),
      at(-width - near / 2, below),
      at(near / 2, above),
    ];
  });

const within = (box: Box, area: Box): boolean =>
  box.left >= area.left && box.right <= area.right && box.top >= area.top && box.bottom <= area.bottom;

const overlap = (a: Box, b: Box): boolean =>
  a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom;
