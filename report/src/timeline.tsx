/** The timeline: a lane for each person or host, to be looked at, pointed at, dragged over, and walked by keyboard. */
import { useLayoutEffect, useMemo, useRef, useState } from "preact/hooks";
import type { JSX } from "preact";
import { Canvas, useScroll, useWidth } from "./canvas";
import type { Finding, Item } from "./contract";
import { AXIS, drawAxis, drawLanes, drawStrip, laneHeight, pointedTime, toTime, type Box } from "./draw";
import { lanesOf, type By, type Lane } from "./lanes";
import { kindOf } from "./kinds";
import { kindCounts } from "./filter";
import { Glyph, plural } from "./parts";
import { MINUTE, showLength, showMinute, showSecond } from "./time";

export interface TimelineProperties {
  /** What the filter lets through, of all times. */
  readonly items: readonly Item[];
  /** How many items there are, whatever the filter. */
  readonly total: number;
  readonly findings: readonly Finding[];
  readonly whole: readonly [number, number];
  readonly time: readonly [number, number];
  readonly by: By;
  readonly current: Item | null;
  readonly theme: string;
  readonly onTime: (time: readonly [number, number] | null) => void;
  readonly onBy: (by: By) => void;
  readonly onCurrent: (item: Item) => void;
  readonly onOpen: (item: Item) => void;
  readonly onLane: (name: string) => void;
}

const STRIP = 44;
/** At most this high on the screen; then the lanes scroll. */
const TALLEST = 520;

export function Timeline(properties: TimelineProperties): JSX.Element {
  const { items, total, by, time, whole, theme, onTime, onBy } = properties;
  const all = useMemo(() => lanesOf(items, by), [items, by]);
  const lanes = useMemo(() => all.filter((lane) => lane.items.some((item) => inView(item, time))), [all, time]);
  const zoomed = time[0] !== whole[0] || time[1] !== whole[1];
  return (
    <section class="panel" aria-labelledby="timeline">
      <div class="heading">
        <h2 id="timeline">Timeline</h2>
        <div class="segments" role="radiogroup" aria-label="Lanes">
          {(["person", "host"] as const).map((choice) => (
            <label key={choice}>
              <input type="radio" name="lanes" value={choice} checked={by === choice} onChange={() => onBy(choice)} />
              <span>By {choice}</span>
            </label>
          ))}
        </div>
        <div class="buttons" role="group" aria-label="Time in view">
          <button type="button" onClick={() => onTime(shifted(time, -0.5, whole))} disabled={!zoomed}>Earlier</button>
          <button type="button" onClick={() => onTime(shifted(time, 0.5, whole))} disabled={!zoomed}>Later</button>
          <button type="button" onClick={() => onTime(zoom(time, 2, whole))} disabled={!zoomed} aria-label="Zoom out" title="Zoom out">{"\u2212"}</button>
          <button type="button" onClick={() => onTime(zoom(time, 0.5, whole))} aria-label="Zoom in" title="Zoom in">+</button>
          <button type="button" onClick={() => onTime(null)} disabled={!zoomed}>Whole range</button>
        </div>
      </div>
      {lanes.length === 0 ? (
        <p class="empty">{items.length || !total ? "Nothing happened in this time." : "Nothing fits the filter."}</p>
      ) : theme === "print" ? (
        <Printed {...properties} lanes={lanes} />
      ) : (
        <Chart {...properties} lanes={lanes} />
      )}
      <Legend quiet={all.length - lanes.length} by={by} kinds={theme === "print" ? kindCounts(items) : []} />
    </section>
  );
}

function Chart(properties: TimelineProperties & { lanes: readonly Lane[] }): JSX.Element {
  const { items, findings, lanes, by, time, whole, current, theme, onTime, onCurrent, onOpen, onLane } = properties;
  const chart = useRef<HTMLDivElement>(null);
  const scroller = useRef<HTMLDivElement>(null);
  const boxes = useRef<Box[]>([]);
  const outer = useWidth(chart);
  const [scrolled, onScroll] = useScroll(scroller);
  const pressed = useRef<number | null>(null);
  const [drag, setDrag] = useState<readonly [number, number] | null>(null);
  const [hover, setHover] = useState<Box | null>(null);
  const names = outer < 620 ? 104 : 190;
  const width = Math.max(0, outer - names - (outer > 0 ? 12 : 0));
  const scale = { from: time[0], until: time[1], width };
  const tops = useMemo(() => topsOf(lanes), [lanes]);
  const total = tops.at(-1)!;
  const height = Math.min(total, TALLEST);

  // The item that the keyboard is at stays in sight.
  const at = current ? lanes.findIndex((lane) => lane.lines.has(current)) : -1;
  useLayoutEffect(() => {
    const element = scroller.current;
    if (!element || at < 0) return;
    if (tops[at]! < element.scrollTop) element.scrollTop = tops[at]!;
    else if (tops[at + 1]! > element.scrollTop + height) element.scrollTop = tops[at + 1]! - height;
  }, [at, tops, height]);

  const positionOf = (event: PointerEvent): [number, number] => {
    const box = (event.currentTarget as HTMLElement).getBoundingClientRect();
    return [Math.min(width, Math.max(0, event.clientX - box.left)), event.clientY - box.top];
  };
  const boxAt = (x: number, y: number): Box | null =>
    boxes.current.findLast((box) => x >= box.x - 3 && x <= box.x + box.width + 3 && y >= box.y - 1 && y <= box.y + 17) ?? null;
  const release = (event: PointerEvent): void => {
    const [x, y] = positionOf(event);
    const start = pressed.current;
    pressed.current = null;
    setDrag(null);
    if (start === null) return;
    if (Math.abs(x - start) > 6) {
      onTime([pointedTime(scale, Math.min(x, start)), pointedTime(scale, Math.max(x, start))]);
      return;
    }
    const box = boxAt(x, y);
    if (box) onOpen(box.item);
  };
  const onKey = (event: KeyboardEvent): void => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === "+" || event.key === "=") onTime(zoom(time, 0.5, whole, current));
    else if (event.key === "-") onTime(zoom(time, 2, whole, current));
    else if (event.key === "0") onTime(null);
    else if (event.key === "Enter" || event.key === " ") current && onOpen(current);
    else {
      const next = step(lanes, time, current, event.key);
      if (!next) return;
      onCurrent(next);
    }
    event.preventDefault();
  };
  const shown = lanes.map((lane, index) => ({ lane, top: tops[index]! })).filter(({ lane, top }) => top + laneHeight(lane) > scrolled - 100 && top < scrolled + height + 100);

  return (
    <div class="chart" ref={chart} style={{ "--names": `${names}px` }}>
      <Strip items={items} findings={findings} whole={whole} time={time} width={width} theme={theme} onTime={onTime} />
      <div class="axis">
        <span class="zone">UTC</span>
        <Canvas aria-hidden="true" width={width} height={AXIS} theme={theme} draw={(context, colours) => drawAxis(context, scale, colours)} />
      </div>
      <div class="lanes" ref={scroller} onScroll={onScroll} style={{ height: `${height}px` }}>
        <div class="all-lanes" style={{ height: `${total}px` }}>
          {shown.map(({ lane, top }) => (
            <LaneName key={lane.name} lane={lane} by={by} time={time} top={top} onLane={onLane} />
          ))}
          <Canvas
            role="application"
            aria-roledescription="timeline"
            aria-label={`Timeline with ${plural(lanes.length, "lane")}, one for each ${by}, from ${showMinute(time[0])} to ${showMinute(time[1])} UTC`}
            aria-describedby="timeline-keys"
            tabIndex={0}
            width={width}
            height={height}
            theme={theme}
            draw={(context, colours) => {
              boxes.current = drawLanes(context, lanes, { scale, top: -scrolled, height, by, current }, colours);
            }}
            onKeyDown={onKey}
            onPointerDown={(event) => {
              if (event.button !== 0) return;
              event.currentTarget.setPointerCapture(event.pointerId);
              pressed.current = positionOf(event)[0];
            }}
            onPointerMove={(event) => {
              const [x, y] = positionOf(event);
              if (pressed.current !== null) setDrag([pressed.current, x]);
              else setHover(boxAt(x, y));
            }}
            onPointerLeave={() => setHover(null)}
            onPointerUp={release}
            onPointerCancel={() => {
              pressed.current = null;
              setDrag(null);
            }}
            class={hover ? "pointing" : ""}
          />
          {drag && Math.abs(drag[1] - drag[0]) > 6 && (
            <div class="drag" style={{ left: `${names + Math.min(...drag)}px`, width: `${Math.abs(drag[1] - drag[0])}px` }} />
          )}
          {hover && !drag && <Tip box={hover} left={names} width={width} scrolled={scrolled} />}
        </div>
      </div>
      <p id="timeline-keys" class="hint">
        Drag to zoom in. With the keyboard: <kbd>arrows</kbd> along a lane and between lanes, <kbd>Enter</kbd> for details, <kbd>+</kbd> <kbd>-</kbd>{" "}
        <kbd>0</kbd> to zoom.
      </p>
    </div>
  );
}

function LaneName({ lane, by, time, top, onLane }: { lane: Lane; by: By; time: TimelineProperties["time"]; top: number; onLane: (name: string) => void }): JSX.Element {
  const name = lane.name || unnamed(by);
  const count = lane.items.filter((item) => inView(item, time)).length;
  return (
    <button
      type="button"
      class={`lane-name${lane.name ? "" : " none"}`}
      style={{ top: `${top}px`, height: `${laneHeight(lane)}px` }}
      title={`${name}\n${plural(count, "item")}; show only this ${by}`}
      aria-label={`Show only ${name}, ${plural(count, "item")}`}
      onClick={() => onLane(lane.name)}
    >
      <span class="cut">{name}</span>
      <span class="count">{count.toLocaleString("en")}</span>
    </button>
  );
}

/** All of the report's time, with a window on what is in view; the fields of the filter say the same in words. */
function Strip({ items, findings, whole, time, width, theme, onTime }: Pick<TimelineProperties, "items" | "findings" | "whole" | "time" | "theme" | "onTime"> & { width: number }): JSX.Element {
  const [drag, setDrag] = useState<readonly [number, number] | null>(null);
  const scale = { from: whole[0], until: whole[1], width };
  const window = drag ? ([toTime(scale, Math.min(...drag)), toTime(scale, Math.max(...drag))] as const) : time;
  const xOf = (event: PointerEvent): number => Math.min(width, Math.max(0, event.clientX - (event.currentTarget as HTMLElement).getBoundingClientRect().left));
  return (
    <div class="strip">
      <span class="zone">Overview</span>
      <Canvas
        aria-hidden="true"
        width={width}
        height={STRIP}
        theme={theme}
        draw={(context, colours) => drawStrip(context, items, findings, { scale, height: STRIP, time: window }, colours)}
        onPointerDown={(event) => {
          event.currentTarget.setPointerCapture(event.pointerId);
          setDrag([xOf(event), xOf(event)]);
        }}
        onPointerMove={(event) => drag && setDrag([drag[0], xOf(event)])}
        onPointerUp={(event) => {
          if (!drag) return;
          const x = xOf(event);
          setDrag(null);
          if (Math.abs(x - drag[0]) > 6) return onTime([pointedTime(scale, Math.min(x, drag[0])), pointedTime(scale, Math.max(x, drag[0]))]);
          const half = (time[1] - time[0]) / 2;
          return onTime(shifted([toTime(scale, x) - half, toTime(scale, x) + half], 0, whole));
        }}
        onPointerCancel={() => setDrag(null)}
      />
    </div>
  );
}

function Tip({ box, left, width, scrolled }: { box: Box; left: number; width: number; scrolled: number }): JSX.Element {
  const { item } = box;
  const x = Math.min(Math.max(0, box.x), Math.max(0, width - 300));
  return (
    <div class="tip" aria-hidden="true" style={{ left: `${left + x}px`, top: `${scrolled + box.y + 22}px` }}>
      <b>{kindOf(item.kind).label}</b> {showSecond(item.start)}
      {item.end > item.start && ` \u00b7 ${showLength(item.end - item.start)}`}
      <br />
      {item.person || unnamed("person")}
      {item.host && ` on ${item.host}`}
      {item.source_ip && ` from ${item.source_ip}`}
      <br />
      <span class="quiet">{item.what}</span>
    </div>
  );
}

/** On paper: all lanes, in pieces that a page break does not cut. */
function Printed({ lanes, by, time, theme }: TimelineProperties & { lanes: readonly Lane[] }): JSX.Element {
  const [width, names] = [850, 170];
  const scale = { from: time[0], until: time[1], width };
  const pieces: Lane[][] = [[]];
  let room = 440;
  for (const lane of lanes.slice(0, MOST_PRINTED)) {
    room -= laneHeight(lane);
    if (room < 0 && pieces.at(-1)!.length) {
      pieces.push([]);
      room = 440 - laneHeight(lane);
    }
    pieces.at(-1)!.push(lane);
  }
  return (
    <>
      {pieces.map((piece, index) => {
        const height = piece.reduce((sum, lane) => sum + laneHeight(lane), 0);
        return (
          <figure class="chart printed" key={index} style={{ "--names": `${names}px` }}>
            <div class="axis">
              <span class="zone">UTC</span>
              <Canvas width={width} height={AXIS} theme={theme} draw={(context, colours) => drawAxis(context, scale, colours)} />
            </div>
            <div class="all-lanes" style={{ height: `${height}px` }}>
              {piece.map((lane, at) => (
                <div class="lane-name" key={lane.name} style={{ top: `${piece.slice(0, at).reduce((sum, above) => sum + laneHeight(above), 0)}px`, height: `${laneHeight(lane)}px` }}>
                  <span class="cut">{lane.name || unnamed(by)}</span>
                </div>
              ))}
              <Canvas width={width} height={height} theme={theme} draw={(context, colours) => void drawLanes(context, piece, { scale, top: 0, height, by, current: null }, colours)} />
            </div>
          </figure>
        );
      })}
      {lanes.length > MOST_PRINTED && <p class="hint">{plural(lanes.length - MOST_PRINTED, "more lane")} not drawn on paper.</p>}
    </>
  );
}

const MOST_PRINTED = 60;

/** The kinds stand in the filter, which paper does not show. */
function Legend({ quiet, by, kinds }: { quiet: number; by: By; kinds: readonly [string, number][] }): JSX.Element {
  return (
    <ul class="legend" aria-label="How to read it">
      {kinds.map(([kind]) => <li key={kind}><Glyph kind={kind} />{kindOf(kind).label}</li>)}
      <li><svg width="30" height="14" aria-hidden="true"><rect x="1" y="1" width="28" height="12" rx="3" class="solid" /></svg>lasts; the shapes are moments</li>
      <li><svg width="30" height="14" aria-hidden="true"><rect x="1" y="1" width="28" height="12" class="bare" /></svg>session without evidence</li>
      <li><svg width="30" height="14" aria-hidden="true"><path d="M0 7.5h30" class="gap" /></svg>gap: nothing for 6 hours or longer</li>
      <li><svg width="14" height="14" aria-hidden="true"><circle cx="7" cy="7" r="4" class="alert" /></svg>raised an alert</li>
      <li><span class="sign">{"\u2248"}</span>who it was is inferred</li>
      {quiet > 0 && <li>{plural(quiet, by)} with nothing in this time not drawn</li>}
    </ul>
  );
}

/** Where each lane begins, and where the last one ends. */
function topsOf(lanes: readonly Lane[]): number[] {
  const tops = [0];
  for (const lane of lanes) tops.push(tops.at(-1)! + laneHeight(lane));
  return tops;
}

export const unnamed = (by: By): string => (by === "person" ? "Not known who" : "No host");

const inView = (item: Item, [from, until]: readonly [number, number]): boolean => item.start <= until && item.end >= from;

/** The item that an arrow, Home or End leads to; undefined for other keys. */
function step(lanes: readonly Lane[], time: readonly [number, number], current: Item | null, key: string): Item | undefined {
  const seen = (lane: Lane | undefined): Item[] => (lane?.items ?? []).filter((item) => inView(item, time));
  const at = current && inView(current, time) ? lanes.findIndex((lane) => lane.lines.has(current)) : -1;
  if (!["ArrowLeft", "ArrowRight", "ArrowUp", "ArrowDown", "Home", "End"].includes(key)) return undefined;
  if (at < 0 || !current) return seen(lanes[0])[0];
  const row = seen(lanes[at]);
  const index = row.indexOf(current);
  if (key === "Home") return row[0];
  if (key === "End") return row.at(-1);
  if (key === "ArrowLeft") return row[Math.max(0, index - 1)];
  if (key === "ArrowRight") return row[Math.min(row.length - 1, index + 1)];
  const other = seen(lanes[at + (key === "ArrowUp" ? -1 : 1)]);
  return other.length ? other.reduce((best, item) => (Math.abs(item.start - current.start) < Math.abs(best.start - current.start) ? item : best)) : current;
}

/** Around the item that the keyboard is at, else around the middle; never beyond the whole, never under a minute. */
function zoom(time: readonly [number, number], factor: number, whole: readonly [number, number], around: Item | null = null): readonly [number, number] | null {
  const length = Math.max(MINUTE, (time[1] - time[0]) * factor);
  const middle = around && inView(around, time) ? around.start : (time[0] + time[1]) / 2;
  return shifted([middle - length / 2, middle + length / 2], 0, whole);
}

function shifted(time: readonly [number, number], by: number, whole: readonly [number, number]): readonly [number, number] | null {
  const length = time[1] - time[0];
  if (length >= whole[1] - whole[0]) return null;
  const from = Math.min(Math.max(time[0] + by * length, whole[0]), whole[1] - length);
  return [from, from + length];
}
