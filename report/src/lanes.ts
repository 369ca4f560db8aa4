/** Who or what gets a lane, and how items that overlap share it. */
import type { Item } from "./contract";
import { HOUR } from "./time";

export type By = "person" | "host";

/** A silence of this length is drawn as a gap. */
export const GAP = 6 * HOUR;
/** More sessions at a time than this are drawn over one another. */
const DEPTH = 5;

export interface Lane {
  readonly name: string;
  /** By start. */
  readonly items: readonly Item[];
  /** Of each item, its line within the lane. */
  readonly lines: ReadonlyMap<Item, number>;
  readonly depth: number;
  readonly gaps: readonly (readonly [number, number])[];
  readonly alerts: number;
}

/** The lanes of items that are sorted by time; who needs attention comes first, who is not known last. */
export function lanesOf(items: readonly Item[], by: By): Lane[] {
  const groups = new Map<string, Item[]>();
  for (const item of items) {
    if (Number.isNaN(item.start)) continue;
    const group = groups.get(item[by]);
    if (group) group.push(item);
    else groups.set(item[by], [item]);
  }
  return [...groups]
    .map(([name, group]) => lane(name, group))
    .sort(
      (one, other) =>
        Number(one.name === "") - Number(other.name === "") ||
        other.alerts - one.alerts ||
        other.items.length - one.items.length ||
        one.name.localeCompare(other.name),
    );
}

function lane(name: string, items: readonly Item[]): Lane {
  const lines = new Map<Item, number>();
  const ends: number[] = [];
  const gaps: [number, number][] = [];
  let busy = Number.POSITIVE_INFINITY;
  for (const item of items) {
    if (item.start - busy >= GAP) gaps.push([busy, item.start]);
    busy = busy === Number.POSITIVE_INFINITY ? item.end : Math.max(busy, item.end);
    const free = ends.findIndex((end) => end <= item.start);
    const line = free >= 0 ? free : Math.min(ends.length, DEPTH - 1);
    ends[line] = Math.max(ends[line] ?? 0, item.end);
    lines.set(item, line);
  }
  return { name, items, lines, depth: ends.length, gaps, alerts: items.filter(isAlert).length };
}

export const isAlert = (item: Item): boolean => item.kind === "finding" || item.verdict === "alert";
