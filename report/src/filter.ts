/** What is shown: a filter is a value, kept in the address after `#`, so that a view can be bookmarked. */
import type { Finding, Item, Report } from "./contract";
import { inOrder } from "./kinds";

export interface Filter {
  /** Null is everybody; the empty text is who is not known. */
  readonly person: string | null;
  readonly host: string | null;
  readonly account: string | null;
  /** None chosen means all. */
  readonly kinds: readonly string[];
  /** Null is the report's own range. */
  readonly time: readonly [number, number] | null;
  readonly words: string;
}

export const EVERYTHING: Filter = { person: null, host: null, account: null, kinds: [], time: null, words: "" };
export const FACETS = ["person", "host", "account"] as const;

type Facts = Pick<Item | Finding, "person" | "host" | "account" | "words" | "start">;

function fits(facts: Facts, filter: Filter): boolean {
  return FACETS.every((facet) => filter[facet] === null || filter[facet] === facts[facet])
    && filter.words.toLowerCase().split(/\s+/).every((word) => facts.words.includes(word));
}

/** All but time: what lies before and after shows where the gaps are. */
export function matching(items: readonly Item[], filter: Filter): Item[] {
  return items.filter((item) => (filter.kinds.length === 0 || filter.kinds.includes(item.kind)) && fits(item, filter));
}

/** An item without a readable time lies in no range, so it is left out only when one is chosen. */
export function during(items: readonly Item[], time: Filter["time"]): readonly Item[] {
  return time ? items.filter((item) => item.start <= time[1] && item.end >= time[0]) : items;
}

export function matchingFindings(findings: readonly Finding[], filter: Filter): Finding[] {
  return findings.filter(
    (finding) => fits(finding, filter) && (!filter.time || (finding.start <= filter.time[1] && finding.start >= filter.time[0])),
  );
}

/** The values of a facet with how often each occurs, by name; who is not known comes last. */
export function choices(report: Report, facet: (typeof FACETS)[number]): [string, number][] {
  const counts = new Map<string, number>();
  for (const row of report.items) counts.set(row[facet], (counts.get(row[facet]) ?? 0) + 1);
  for (const row of report.findings) counts.set(row[facet], counts.get(row[facet]) ?? 0);
  return [...counts].sort(([one], [other]) => Number(one === "") - Number(other === "") || one.localeCompare(other));
}

export function kindCounts(items: readonly Item[]): [string, number][] {
  const counts = new Map<string, number>();
  for (const { kind } of items) counts.set(kind, (counts.get(kind) ?? 0) + 1);
  return inOrder(counts.keys()).map((kind) => [kind, counts.get(kind)!]);
}

export function isChosen(filter: Filter): boolean {
  return asHash(filter) !== "";
}

export function asHash(filter: Filter): string {
  const query = new URLSearchParams();
  for (const facet of FACETS) if (filter[facet] !== null) query.set(facet, filter[facet]);
  for (const kind of filter.kinds) query.append("kind", kind);
  if (filter.time) query.set("time", filter.time.map((time) => new Date(time).toISOString()).join("/"));
  if (filter.words) query.set("words", filter.words);
  return query.toString();
}

export function fromHash(hash: string): Filter {
  const query = new URLSearchParams(hash.replace(/^#/, ""));
  const [from = Number.NaN, until = Number.NaN] = (query.get("time") ?? "").split("/").map((time) => Date.parse(time));
  return {
    person: query.get("person"),
    host: query.get("host"),
    account: query.get("account"),
    kinds: query.getAll("kind"),
    time: from < until ? [from, until] : null,
    words: query.get("words") ?? "",
  };
}
