/** What a function fills the page with, and what the page makes of it. Times are UTC. */

/** The columns of the view access_timeline. */
export const COLUMNS = [
  "time",
  "until",
  "kind",
  "account",
  "region",
  "person",
  "principal",
  "source_ip",
  "host",
  "what",
  "verdict",
  "evidence",
  "match",
  "event_id",
] as const;

type Column = (typeof COLUMNS)[number];

/** One row of the timeline: every field as text that can be shown, empty where it is not known. */
export interface Item extends Record<Column, string> {
  readonly id: number;
  /** Milliseconds since 1970; NaN where the time cannot be read. */
  readonly start: number;
  /** Equals `start` for a moment. */
  readonly end: number;
  /** All that the text search looks at, in lower case. */
  readonly words: string;
}

export interface Finding {
  readonly id: number;
  readonly start: number;
  readonly time: string;
  readonly rule: string;
  readonly severity: Severity;
  readonly title: string;
  readonly account: string;
  readonly region: string;
  readonly person: string;
  readonly host: string;
  readonly text: string;
  readonly evidence: string;
  readonly event_id: string;
  readonly words: string;
}

/** OCSF's names, gravest first. */
export const SEVERITIES = ["Fatal", "Critical", "High", "Medium", "Low", "Informational", "Unknown"] as const;
export type Severity = (typeof SEVERITIES)[number];

export interface Report {
  readonly generated: string;
  readonly archive: string;
  readonly from: number;
  readonly until: number;
  readonly items: readonly Item[];
  readonly findings: readonly Finding[];
  readonly unreadable: readonly { readonly source: string; readonly count: number }[];
  /** Items whose time cannot be read: they are listed, and cannot be drawn. */
  readonly undated: number;
  /** What did not fit: older than everything shown. */
  readonly leftOut: { readonly items: number; readonly findings: number };
}
