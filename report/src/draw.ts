/** Draws on a canvas: the axis, the lanes, the strip with everything. Knows no DOM but the context it is given. */
import { utcDay, utcMonth, utcTicks, utcYear, type CountableTimeInterval } from "d3-time";
import { utcFormat } from "d3-time-format";
import type { Finding, Item } from "./contract";
import { kindOf, isSession } from "./kinds";
import { isAlert, type By, type Lane } from "./lanes";
import { DAY, HOUR, MINUTE, showLength } from "./time";

export const LINE = 18;
export const PADDING = 7;
export const AXIS = 40;
const GLYPH = 14;

export const laneHeight = (lane: Lane): number => Math.max(1, lane.depth) * LINE + 2 * PADDING;

/** The colours of the style sheet, resolved: a canvas takes no variables. */
export type Palette = Readonly<Record<string, string>>;

/** A stretch of time on a stretch of pixels. */
export interface Scale {
  readonly from: number;
  readonly until: number;
  readonly width: number;
}

export const toX = ({ from, until, width }: Scale, time: number): number => ((time - from) / (until - from)) * width;
export const toTime = ({ from, until, width }: Scale, x: number): number => from + (x / width) * (until - from);

/** The time that a pointer means: no finer than it can point. */
export function pointedTime(scale: Scale, x: number): number {
  const unit = [MINUTE, 1000].find((size) => size <= (scale.until - scale.from) / scale.width) ?? 1;
  return Math.round(toTime(scale, x) / unit) * unit;
}

/** Where an item was drawn. */
export interface Box {
  readonly item: Item;
  readonly x: number;
  readonly y: number;
  readonly width: number;
}

const shapes = new Map<string, Path2D>();

function shape(path: string): Path2D {
  const known = shapes.get(path) ?? new Path2D(path);
  shapes.set(path, known);
  return known;
}

const FONT = "11px system-ui, sans-serif";
const BOLD = "600 11px system-ui, sans-serif";

/** Days or months or years above, times or days below. */
export function drawAxis(context: CanvasRenderingContext2D, scale: Scale, palette: Palette): void {
  const span = scale.until - scale.from;
  const [unit, title]: [CountableTimeInterval, (date: Date) => string] =
    span <= 12 * DAY ? [utcDay, utcFormat("%a %d %b %Y")] : span <= 400 * DAY ? [utcMonth, utcFormat("%B %Y")] : [utcYear, utcFormat("%Y")];
  context.textBaseline = "middle";
  const starts = [unit.floor(new Date(scale.from)), ...unit.range(new Date(scale.from + 1), new Date(scale.until))];
  context.font = BOLD;
  starts.forEach((start, index) => {
    const left = Math.max(0, toX(scale, +start));
    const right = index + 1 < starts.length ? toX(scale, +starts[index + 1]!) : scale.width;
    if (left > 0) line(context, left, 2, left, AXIS, palette.line!);
    const label = fitting(context, [title(start), span <= 12 * DAY ? utcFormat("%d %b")(start) : title(start).slice(0, 3)], right - left - 10);
    context.fillStyle = palette.text!;
    context.fillText(label, left + 5, 11);
  });
  context.font = FONT;
  context.textAlign = "center";
  for (const tick of ticks(scale)) {
    const x = toX(scale, +tick);
    line(context, x, AXIS - 6, x, AXIS, palette.line!);
    const label = tickLabel(tick, span);
    const half = context.measureText(label).width / 2;
    if (x < half || x > scale.width - half) continue;
    context.fillStyle = palette.quiet!;
    context.fillText(label, x, AXIS - 13);
  }
  context.textAlign = "left";
}

const ticks = (scale: Scale): Date[] => utcTicks(new Date(scale.from), new Date(scale.until), Math.max(2, scale.width / 85));

function tickLabel(tick: Date, span: number): string {
  if (span > 400 * DAY) return utcFormat("%b")(tick);
  if (span > 12 * DAY) return utcFormat("%d")(tick);
  return utcFormat(span < 8 * MINUTE ? "%H:%M:%S" : "%H:%M")(tick);
}

/** Lanes below each other from `top` on, of which the canvas shows those within `height`. */
export function drawLanes(
  context: CanvasRenderingContext2D,
  lanes: readonly Lane[],
  view: { scale: Scale; top: number; height: number; by: By; current: Item | null },
  palette: Palette,
): Box[] {
  const { scale, height } = view;
  const boxes: Box[] = [];
  let y = view.top;
  const bottom = Math.min(height, view.top + lanes.reduce((sum, lane) => sum + laneHeight(lane), 0));
  for (const tick of ticks(scale)) line(context, toX(scale, +tick), Math.max(0, y), toX(scale, +tick), bottom, palette.grid!);
  if (scale.until - scale.from <= 60 * DAY)
    for (const day of utcDay.range(new Date(scale.from + 1), new Date(scale.until)))
      line(context, toX(scale, +day), Math.max(0, y), toX(scale, +day), bottom, palette.line!);
  for (const lane of lanes) {
    const size = laneHeight(lane);
    if (y + size > 0 && y < height) {
      drawGaps(context, lane, scale, y + size / 2, palette);
      for (const item of lane.items) {
        if (item.start > scale.until) break;
        if (item.end < scale.from) continue;
        const box = boxOf(item, scale, y + PADDING + lane.lines.get(item)! * LINE);
        boxes.push(box);
        drawItem(context, box, view.by, palette, item === view.current);
      }
      line(context, 0, y + size - 0.5, scale.width, y + size - 0.5, palette.line!);
    }
    y += size;
  }
  return boxes;
}

function boxOf(item: Item, scale: Scale, y: number): Box {
  const left = toX(scale, item.start);
  if (item.end === item.start) return { item, x: left - GLYPH / 2, y, width: GLYPH };
  // A bar ends at the edge, and is never too thin to be seen.
  const [first, last] = [Math.max(-4, left), Math.min(scale.width + 4, toX(scale, item.end))];
  return { item, x: Math.min(first, scale.width - 5), y, width: Math.max(5, last - first) };
}

function drawItem(context: CanvasRenderingContext2D, box: Box, by: By, palette: Palette, current: boolean): void {
  const { item, x, y, width } = box;
  const kind = kindOf(item.kind);
  const colour = palette[kind.colour]!;
  const bare = isSession(item.kind) && !item.evidence;
  const height = GLYPH;
  context.fillStyle = colour;
  context.strokeStyle = colour;
  if (item.end === item.start) {
    context.save();
    context.translate(x, y + 1);
    if (bare) {
      context.setLineDash([2, 2]);
      context.fillStyle = palette.paper!;
      context.fillRect(0, 1, GLYPH, GLYPH - 2);
      context.strokeRect(0.5, 1.5, GLYPH - 1, GLYPH - 3);
    } else {
      // A rim of paper keeps what lies close together apart.
      context.lineWidth = 1.5;
      context.strokeStyle = palette.paper!;
      context.stroke(shape(kind.shape));
      context.fill(shape(kind.shape), "evenodd");
    }
    context.restore();
  } else if (bare) {
    context.fillStyle = palette.paper!;
    context.fillRect(x, y + 1, width, height);
    context.save();
    context.beginPath();
    context.rect(x, y + 1, width, height);
    context.clip();
    context.globalAlpha = 0.45;
    for (let stripe = x - height; stripe < x + width; stripe += 6) line(context, stripe, y + 1 + height, stripe + height, y + 1, colour);
    context.restore();
    context.save();
    context.setLineDash([3, 2]);
    context.strokeStyle = colour;
    context.strokeRect(x + 0.5, y + 1.5, Math.max(1, width - 1), height - 1);
    context.restore();
  } else {
    context.beginPath();
    context.roundRect(x, y + 1, width, height, 3);
    context.fill();
    context.lineWidth = 1;
    context.strokeStyle = palette.paper!;
    context.stroke();
  }
  if (item.end !== item.start && width > 54) {
    const left = Math.max(0, x);
    const other = (by === "person" ? item.host : item.person) || kind.label;
    context.font = FONT;
    const room = Math.min(x + width, Number.MAX_SAFE_INTEGER) - left - 12;
    const label = fitting(context, [`${item.match === "inferred" ? "\u2248 " : ""}${other}`], room, true);
    if (bare && label) {
      context.fillStyle = palette.paper!;
      context.fillRect(left + 4, y + 2.5, context.measureText(label).width + 5, height - 3);
    }
    context.fillStyle = bare ? palette.text! : palette.onKind!;
    context.textBaseline = "middle";
    context.fillText(label, left + 6, y + 1 + height / 2 + 0.5);
  }
  if (isAlert(item) && item.kind !== "finding") {
    context.beginPath();
    context.arc(x + width - 1, y + 2, 4, 0, 2 * Math.PI);
    context.fillStyle = palette.finding!;
    context.fill();
    context.lineWidth = 1.5;
    context.strokeStyle = palette.paper!;
    context.stroke();
  }
  if (current) {
    context.lineWidth = 2;
    context.strokeStyle = palette.focus!;
    context.strokeRect(x - 3, y - 2, width + 6, height + 6);
  }
  context.lineWidth = 1;
}

/** A silence: a dashed line with its length, where there is room for it. */
function drawGaps(context: CanvasRenderingContext2D, lane: Lane, scale: Scale, y: number, palette: Palette): void {
  for (const [start, end] of lane.gaps) {
    const left = Math.max(0, toX(scale, start) + 9);
    const right = Math.min(scale.width, toX(scale, end) - 9);
    if (right - left < 8) continue;
    context.save();
    context.setLineDash([2, 4]);
    line(context, left, Math.round(y) + 0.5, right, Math.round(y) + 0.5, palette.quiet!);
    context.restore();
    context.font = FONT;
    const label = showLength(end - start - ((end - start) % (end - start >= DAY ? HOUR : MINUTE)));
    const width = context.measureText(label).width;
    if (right - left < width + 24) continue;
    context.fillStyle = palette.paper!;
    context.fillRect((left + right - width) / 2 - 5, y - 7, width + 10, 14);
    context.fillStyle = palette.quiet!;
    context.textBaseline = "middle";
    context.fillText(label, (left + right - width) / 2, y + 0.5);
  }
}

/** Everything at a glance: how much happened when, findings above it, and what of it is in view. */
export function drawStrip(
  context: CanvasRenderingContext2D,
  items: readonly Item[],
  findings: readonly Finding[],
  view: { scale: Scale; height: number; time: readonly [number, number] },
  palette: Palette,
): void {
  const { scale, height, time } = view;
  const bins = new Uint32Array(Math.max(1, Math.floor(scale.width / 4)));
  for (const { start, end } of items) {
    if (Number.isNaN(start)) continue;
    const [first, last] = [start, end].map((moment) => Math.min(bins.length - 1, Math.floor((toX(scale, moment) / scale.width) * bins.length)));
    for (let bin = first!; bin <= last!; bin++) bins[bin]!++;
  }
  const most = bins.reduce((one, other) => Math.max(one, other), 1);
  const [left, right] = [toX(scale, time[0]), toX(scale, time[1])];
  context.fillStyle = palette.paper!;
  context.fillRect(left, 0, right - left, height);
  context.fillStyle = palette.other!;
  bins.forEach((count, bin) => {
    const size = count ? 2 + (count / most) * (height - 16) : 0;
    const x = (bin / bins.length) * scale.width;
    context.globalAlpha = x + 4 < left || x > right ? 0.35 : 0.8;
    context.fillRect(x, height - size, scale.width / bins.length - 1, size);
  });
  context.globalAlpha = 1;
  context.fillStyle = palette.finding!;
  for (const { start } of findings) {
    if (Number.isNaN(start)) continue;
    const x = toX(scale, start);
    context.beginPath();
    context.moveTo(x, 2);
    context.lineTo(x + 4, 9);
    context.lineTo(x - 4, 9);
    context.fill();
  }
  context.strokeStyle = palette.focus!;
  context.lineWidth = 1.5;
  context.strokeRect(Math.max(1, left), 1, Math.min(scale.width - 1, right) - Math.max(1, left), height - 2);
  context.lineWidth = 1;
}

function line(context: CanvasRenderingContext2D, x: number, y: number, toX: number, toY: number, colour: string): void {
  context.strokeStyle = colour;
  context.beginPath();
  context.moveTo(x, y);
  context.lineTo(toX, toY);
  context.stroke();
}

/** The first label that fits, else nothing, or as much of the last as does. */
function fitting(context: CanvasRenderingContext2D, labels: readonly string[], room: number, shorten = false): string {
  for (const label of labels) if (context.measureText(label).width <= room) return label;
  if (!shorten) return "";
  const label = labels.at(-1)!.slice(0, 80);
  for (let length = label.length - 1; length > 3; length--) {
    const shorter = `${label.slice(0, length)}\u2026`;
    if (context.measureText(shorter).width <= room) return shorter;
  }
  return "";
}
