// Names next to points, as far as there is room.

import type uPlot from 'uplot';
import { color } from './colors.js';

export interface Box {
  readonly left: number;
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
}

/** A name, and the box of what it is written next to. */
export interface NamedBox {
  readonly name: string;
  readonly box: Box;
}

/** Writes names where they cover no box, no obstacle and no other name. Others are left out. Sizes are in pixels of the canvas. */
export function drawNames({ ctx, bbox }: uPlot, named: readonly NamedBox[], obstacles: readonly Box[]): void {
  const height = 14 * devicePixelRatio;
  ctx.font = `${12 * devicePixelRatio}px system-ui, sans-serif`;
  ctx.textAlign = 'left';
  ctx.textBaseline = 'middle';
  ctx.fillStyle = color('--ink')();
  const edges = { ...bbox, right: bbox.left + bbox.width, bottom: bbox.top + bbox.height };
  const taken = [...obstacles, ...named.map(({ box }) => box)];
  for (const { name, box } of named) {
    const { width } = ctx.measureText(name);
    const [middle, center] = [(box.top + box.bottom) / 2, (box.left + box.right) / 2];
    const free = [
      boxAround(center - width / 2, box.bottom + height / 2, width, height),
      boxAround(box.right, middle, width, height),
      boxAround(box.left - width, middle, width, height),
      boxAround(center - width / 2, box.top - height / 2, width, height),
    ].find((place) => isInside(place, edges) && taken.every((other) => !overlap(place, other)));
    if (free === undefined) continue;
    taken.push(free);
    ctx.fillText(name, free.left, (free.top + free.bottom) / 2);
  }
}

/** Returns a box from its left edge and the middle of its height. */
const boxAround = (left: number, middle: number, width: number, height: number): Box => ({
  ...{ left, right: left + width },
  ...{ top: middle - height / 2, bottom: middle + height / 2 },
});

const isInside = (box: Box, edges: Box): boolean =>
  box.left >= edges.left && box.right <= edges.right && box.top >= edges.top && box.bottom <= edges.bottom;

const overlap = (a: Box, b: Box): boolean =>
  a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom;
