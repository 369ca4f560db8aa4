/** The filter's fields: who, where, what, when, and words. */
import { useEffect, useMemo, useState } from "preact/hooks";
import type { JSX } from "preact";
import { choices, EVERYTHING, FACETS, isChosen, kindCounts, type Filter } from "./filter";
import type { Item, Report } from "./contract";
import { kindOf } from "./kinds";
import { Glyph } from "./parts";
import { parseTime, showSecond } from "./time";

const ANY = { person: "Everybody", host: "All hosts", account: "All accounts" } as const;
const UNKNOWN = { person: "Not known who", host: "No host", account: "No account" } as const;
const LABEL = { person: "Person", host: "Host", account: "Account" } as const;

export function Filters({ report, filter, counted, onFilter }: {
  report: Report;
  filter: Filter;
  /** What fits but for the kind: the numbers on the kinds. */
  counted: readonly Item[];
  onFilter: (filter: Filter) => void;
}): JSX.Element {
  const facets = useMemo(() => FACETS.map((facet) => [facet, choices(report, facet)] as const), [report]);
  const kinds = useMemo(() => kindCounts(report.items), [report]);
  const counts = useMemo(() => new Map(kindCounts(counted)), [counted]);
  const [from, until] = filter.time ?? [report.from, report.until];
  const toggle = (kind: string): void =>
    onFilter({ ...filter, kinds: filter.kinds.includes(kind) ? filter.kinds.filter((one) => one !== kind) : [...filter.kinds, kind] });
  return (
    <form class="filters" role="search" aria-label="Filter" onSubmit={(event) => event.preventDefault()}>
      <div class="fields">
        {facets.map(([facet, values]) => (
          <label key={facet}>
            {LABEL[facet]}
            <select
              name={facet}
              value={filter[facet] === null ? "any" : String(values.findIndex(([value]) => value === filter[facet]))}
              onChange={({ currentTarget }) => onFilter({ ...filter, [facet]: currentTarget.value === "any" ? null : (values[Number(currentTarget.value)]?.[0] ?? null) })}
            >
              <option value="any">{ANY[facet]}</option>
              {values.map(([value, count], index) => (
                <option key={value} value={String(index)}>{`${(value || UNKNOWN[facet]).slice(0, 60)} (${count.toLocaleString("en")})`}</option>
              ))}
            </select>
          </label>
        ))}
        <Moment name="from" label="From (UTC)" time={from} onTime={(time) => onFilter({ ...filter, time: ordered(time, until) })} />
        <Moment name="until" label="Until (UTC)" time={until} onTime={(time) => onFilter({ ...filter, time: ordered(from, time) })} />
        <label>
          Text
          <input type="search" name="words" value={filter.words} placeholder="Command, address, ARN" onInput={({ currentTarget }) => onFilter({ ...filter, words: currentTarget.value })} />
        </label>
        <button type="button" class="reset" onClick={() => onFilter(EVERYTHING)} disabled={!isChosen(filter)}>Clear filter</button>
      </div>
      <div class="kinds" role="group" aria-label="Kinds">
        {kinds.map(([kind]) => (
          <button type="button" key={kind} class="kind" aria-pressed={filter.kinds.includes(kind)} onClick={() => toggle(kind)} title={`Show only: ${kindOf(kind).label}`}>
            <Glyph kind={kind} />
            <span class="cut">{kindOf(kind).label}</span>
            <span class="count">{(counts.get(kind) ?? 0).toLocaleString("en")}</span>
          </button>
        ))}
      </div>
    </form>
  );
}

const ordered = (one: number, other: number): readonly [number, number] | null => (one < other ? [one, other] : one > other ? [other, one] : [one, one + 1000]);

/** A time is taken when the field is left or Enter is pressed, so that typing is not disturbed. */
function Moment({ name, label, time, onTime }: { name: string; label: string; time: number; onTime: (time: number) => void }): JSX.Element {
  const [typed, setTyped] = useState(showSecond(time));
  useEffect(() => setTyped(showSecond(time)), [time]);
  const take = (text: string): void => {
    const taken = parseTime(text);
    if (text !== showSecond(time) && !Number.isNaN(taken)) onTime(taken);
  };
  return (
    <label>
      {label}
      <input
        name={name}
        value={typed}
        placeholder="2026-01-31 12:00"
        autocomplete="off"
        spellcheck={false}
        aria-invalid={Number.isNaN(parseTime(typed))}
        onInput={({ currentTarget }) => setTyped(currentTarget.value)}
        onChange={({ currentTarget }) => take(currentTarget.value)}
      />
    </label>
  );
}
