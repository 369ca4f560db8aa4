/** Reads the data that the page was filled with. Whatever a field holds becomes text, and nothing else. */
import { COLUMNS, SEVERITIES, type Finding, type Item, type Report, type Severity } from "./contract";
import { parseTime } from "./time";

type Fields = Record<string, unknown>;

// What would change the text around it (direction), or hide (control characters, zero width), is shown as its code.
const INVISIBLE = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u00ad\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]/g;

export function visible(text: string): string {
  return text.replace(INVISIBLE, (character) => `\u27e8U+${character.charCodeAt(0).toString(16).toUpperCase().padStart(4, "0")}\u27e9`);
}

function raw(value: unknown): string {
  if (value === null || value === undefined) return "";
  return typeof value === "object" ? JSON.stringify(value) : String(value);
}

const text = (value: unknown): string => visible(raw(value));

const list = (value: unknown): Fields[] =>
  Array.isArray(value) ? value.filter((entry): entry is Fields => typeof entry === "object" && entry !== null) : [];

function severity(value: unknown): Severity {
  const name = raw(value).toLowerCase();
  return SEVERITIES.find((known) => known.toLowerCase() === name) ?? "Unknown";
}

function item(row: Fields, id: number): Item {
  const shown = Object.fromEntries(COLUMNS.map((column) => [column, text(row[column])])) as Record<(typeof COLUMNS)[number], string>;
  const start = parseTime(shown.time);
  const end = parseTime(shown.until);
  return {
    ...shown,
    evidence: raw(row.evidence),
    id,
    start,
    end: end > start ? end : start,
    words: Object.values(shown).join("\n").toLowerCase(),
  };
}

function finding(row: Fields, id: number): Finding {
  const shown = {
    time: text(row.time),
    rule: text(row.rule),
    title: text(row.title) || text(row.rule) || "A finding without a title",
    account: text(row.account),
    region: text(row.region),
    person: text(row.person),
    host: text(row.host),
    text: text(row.text),
    event_id: text(row.event_id),
  };
  const words = [...Object.values(shown), text(row.evidence)].join("\n").toLowerCase();
  return { ...shown, id, start: parseTime(shown.time), severity: severity(row.severity), evidence: raw(row.evidence), words };
}

/** By time; what has none comes last. */
const byTime = (one: { start: number }, other: { start: number }): number =>
  Number.isNaN(one.start) || Number.isNaN(other.start)
    ? Number(Number.isNaN(one.start)) - Number(Number.isNaN(other.start))
    : one.start - other.start;

export function readReport(json: string): Report {
  const filled: unknown = JSON.parse(json);
  const data = (typeof filled === "object" && filled !== null ? filled : {}) as Fields;
  const range = (typeof data.range === "object" && data.range !== null ? data.range : {}) as Fields;
  const leftOut = (typeof data.left_out === "object" && data.left_out !== null ? data.left_out : {}) as Fields;
  const items = list(data.items).map(item).sort(byTime);
  const findings = list(data.findings)
    .map(finding)
    .sort((one, other) => SEVERITIES.indexOf(one.severity) - SEVERITIES.indexOf(other.severity) || byTime(other, one));
  const [from, until] = extent(items, findings, parseTime(raw(range.from)), parseTime(raw(range.until)));
  return {
    generated: text(data.generated),
    archive: text(data.archive),
    from,
    until,
    items,
    findings,
    unreadable: list(data.unreadable).map((row) => ({ source: text(row.source), count: Number(row.count) || 0 })),
    undated: items.filter((row) => Number.isNaN(row.start)).length,
    leftOut: { items: Number(leftOut.items) || 0, findings: Number(leftOut.findings) || 0 },
  };
}

/** The range that was asked for, widened to what lies outside of it, so that nothing is hidden. */
function extent(items: readonly Item[], findings: readonly Finding[], from: number, until: number): [number, number] {
  let first = Number.isNaN(from) ? Number.POSITIVE_INFINITY : from;
  let last = Number.isNaN(until) ? Number.NEGATIVE_INFINITY : until;
  for (const { start, end } of [...items, ...findings.map(({ start }) => ({ start, end: start }))]) {
    if (Number.isNaN(start)) continue;
    first = Math.min(first, start);
    last = Math.max(last, end);
  }
  if (first > last) return [0, 0];
  return first === last ? [first - 1_800_000, last + 1_800_000] : [first, last];
}
