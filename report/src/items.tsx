/** The items as a table. Only the rows in sight are in the document; on paper, the first thousand are. */
import { useLayoutEffect, useRef, useState } from "preact/hooks";
import type { JSX } from "preact";
import type { Item } from "./contract";
import { kindOf, isSession } from "./kinds";
import { isAlert } from "./lanes";
import { Copy, Cut, EvidenceLink, Glyph, plural, shortUri } from "./parts";
import { evidenceOf } from "./evidence";
import { visible } from "./data";
import { showLength, showSecond } from "./time";
import { useScroll } from "./canvas";

const MOST_PRINTED = 1000;
const TALLEST = 560;
/** Of the line with the names of the columns, which stays above the rows. */
const HEAD = 32;
const COLUMNS = ["Time (UTC)", "Kind", "Person", "Host", "Account", "From", "What", "State", "Evidence"];

export function Items({ items, total, current, narrow, printing, onCurrent, onOpen }: {
  items: readonly Item[];
  total: number;
  current: Item | null;
  narrow: boolean;
  printing: boolean;
  onCurrent: (item: Item) => void;
  onOpen: (item: Item) => void;
}): JSX.Element {
  const [latest, setLatest] = useState(false);
  const rows = latest ? items.toReversed() : items;
  return (
    <section class="panel" aria-labelledby="items">
      <div class="heading">
        <h2 id="items">Items</h2>
        <span class="count">{items.length === total ? total.toLocaleString("en") : `${items.length.toLocaleString("en")} of ${total.toLocaleString("en")}`}</span>
        <div class="buttons">
          <button type="button" onClick={() => setLatest(!latest)}>{latest ? "Latest first" : "Earliest first"}</button>
        </div>
      </div>
      {rows.length === 0 ? (
        <p class="empty">{total ? "No item fits the filter." : "Nothing was recorded in this time."}</p>
      ) : printing ? (
        <Printed rows={rows} />
      ) : (
        <Table rows={rows} latest={latest} current={current} narrow={narrow} onCurrent={onCurrent} onOpen={onOpen} />
      )}
    </section>
  );
}

function Table({ rows, latest, current, narrow, onCurrent, onOpen }: {
  rows: readonly Item[];
  latest: boolean;
  current: Item | null;
  narrow: boolean;
  onCurrent: (item: Item) => void;
  onOpen: (item: Item) => void;
}): JSX.Element {
  const height = narrow ? 96 : 46;
  const scroller = useRef<HTMLDivElement>(null);
  const [scrolled, onScroll] = useScroll(scroller);
  const tall = Math.min(TALLEST, rows.length * height + 2);
  const at = current ? rows.indexOf(current) : -1;
  useLayoutEffect(() => {
    const element = scroller.current;
    if (!element || at < 0) return;
    const head = narrow ? 0 : HEAD;
    if (at * height < element.scrollTop) element.scrollTop = at * height;
    else if ((at + 1) * height > element.scrollTop + element.clientHeight - head) element.scrollTop = (at + 1) * height + head - element.clientHeight;
  }, [at, height, narrow]);
  const first = Math.max(0, Math.min(Math.floor(scrolled / height), rows.length - Math.ceil(tall / height)) - 6);
  const last = Math.min(rows.length, first + Math.ceil(tall / height) + 12);

  const onKey = (event: KeyboardEvent): void => {
    const page = Math.max(1, Math.floor(tall / height) - 1);
    const moves: Record<string, number> = { ArrowDown: at + 1, ArrowUp: at - 1, PageDown: at + page, PageUp: at - page, Home: 0, End: rows.length - 1 };
    if (event.target !== event.currentTarget) return;
    if (event.key === "Enter" && at >= 0) onOpen(rows[at]!);
    else if (event.key in moves) onCurrent(rows[Math.min(rows.length - 1, Math.max(0, moves[event.key]!))]!);
    else return;
    event.preventDefault();
  };
  return (
    <div class="grid" role="presentation">
      <div
        class="rows"
        role="grid"
        aria-label="Items"
        aria-rowcount={rows.length + 1}
        aria-colcount={COLUMNS.length}
        aria-activedescendant={at >= first && at < last ? `row-${rows[at]!.id}` : undefined}
        aria-describedby="items-keys"
        tabIndex={0}
        ref={scroller}
        style={{ height: `${tall + (narrow ? 0 : HEAD)}px` }}
        onScroll={onScroll}
        onKeyDown={onKey}
      >
        <div class="row head" role="row" aria-rowindex={1}>
          {COLUMNS.map((column, index) => (
            <span role="columnheader" key={column} aria-colindex={index + 1} aria-sort={index === 0 ? (latest ? "descending" : "ascending") : undefined}>{column}</span>
          ))}
        </div>
        <div role="presentation" class="space" style={{ height: `${rows.length * height}px` }}>
          {rows.slice(first, last).map((item, offset) => (
            <Row key={item.id} item={item} index={first + offset} height={height} current={item === current} onOpen={onOpen} />
          ))}
        </div>
      </div>
      <p id="items-keys" class="hint">
        <kbd>arrows</kbd> <kbd>Page</kbd> <kbd>Home</kbd> <kbd>End</kbd> to move, <kbd>Enter</kbd> for all that is known and the evidence.
      </p>
    </div>
  );
}

function Row({ item, index, height, current, onOpen }: { item: Item; index: number; height: number; current: boolean; onOpen: (item: Item) => void }): JSX.Element {
  return (
    <div
      class={`row${index % 2 ? " odd" : ""}`}
      role="row"
      id={`row-${item.id}`}
      aria-rowindex={index + 2}
      aria-selected={current}
      style={{ top: `${index * height}px`, height: `${height}px` }}
      onClick={() => onOpen(item)}
    >
      <span role="gridcell" aria-colindex={1} class="time"><When item={item} /></span>
      <span role="gridcell" aria-colindex={2} class="what-kind"><Glyph kind={item.kind} /><Cut text={kindOf(item.kind).label} /></span>
      <span role="gridcell" aria-colindex={3} class="who"><Cut text={item.person} otherwise="not known" /></span>
      <span role="gridcell" aria-colindex={4} class="host"><Cut text={item.host} /></span>
      <span role="gridcell" aria-colindex={5} class="account"><Cut text={item.account} /><small class="cut">{item.region}</small></span>
      <span role="gridcell" aria-colindex={6} class="source"><Cut text={item.source_ip} /></span>
      <span role="gridcell" aria-colindex={7} class="what"><Cut text={item.what} /></span>
      <span role="gridcell" aria-colindex={8} class="state"><State item={item} /></span>
      <span role="gridcell" aria-colindex={9} class="evidence">
        {item.evidence ? (
          <>
            <EvidenceLink uri={item.evidence} region={item.region} tabIndex={-1}>{shortUri(item.evidence)}</EvidenceLink>
            <Copy text={evidenceOf(item.evidence, item.region).command || item.evidence} label="Copy" tabIndex={-1} />
          </>
        ) : (
          <Bare item={item} />
        )}
      </span>
    </div>
  );
}

const When = ({ item }: { item: Item }): JSX.Element => (
  <>
    <Cut text={showSecond(item.start) || item.time} otherwise="no time" />
    {item.end > item.start && <small class="cut" title={`until ${showSecond(item.end)}`}>{showLength(item.end - item.start)}</small>}
  </>
);

const Bare = ({ item }: { item: Item }): JSX.Element =>
  isSession(item.kind) ? <span class="badge missing">no evidence</span> : <span class="none">{"\u2013"}</span>;

export function State({ item }: { item: Item }): JSX.Element {
  return (
    <>
      {item.verdict && <span class={`badge${isAlert(item) ? " alerting" : ""}`} title={`Verdict: ${item.verdict}`}>{item.verdict}</span>}
      {item.match && <span class={`badge match ${item.match === "none" ? "missing" : ""}`} title={`Who it was: ${item.match}`}>{item.match === "none" ? "no match" : item.match}</span>}
      {!item.verdict && !item.match && <span class="none">{"\u2013"}</span>}
    </>
  );
}

function Printed({ rows }: { rows: readonly Item[] }): JSX.Element {
  return (
    <>
      <table class="printed">
        <thead>
          <tr>{["Time (UTC)", "Kind", "Person", "Host", "Account", "From", "What", "State"].map((column) => <th key={column} scope="col">{column}</th>)}</tr>
        </thead>
        {rows.slice(0, MOST_PRINTED).map((item) => (
          <tbody key={item.id}>
            <tr>
              <td><When item={item} /></td>
              <td><Glyph kind={item.kind} /> {kindOf(item.kind).label}</td>
              <td class="wraps">{item.person || "not known"}</td>
              <td class="wraps host">{item.host}</td>
              <td class="wraps place">{item.account} {item.region}</td>
              <td class="wraps address">{item.source_ip}</td>
              <td class="wraps what">{item.what}</td>
              <td><State item={item} /></td>
            </tr>
            <tr class="source"><td /><td colSpan={7}>{item.evidence ? visible(item.evidence) : <Bare item={item} />}</td></tr>
          </tbody>
        ))}
      </table>
      {rows.length > MOST_PRINTED && <p class="hint">{plural(rows.length - MOST_PRINTED, "more item")} not printed: narrow the filter, or export with the query.</p>}
    </>
  );
}
