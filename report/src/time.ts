/** Times in UTC: read from what SQL prints, and written for people. */
import { utcFormat } from "d3-time-format";

const WRITTEN = /^(\d{4}-\d\d-\d\d)(?:[T ](\d\d:\d\d)(:\d\d)?(\.\d{1,3})?\d*)?\s*(Z|UTC|[+-]\d\d(?::?\d\d)?)?$/;

export const MINUTE = 60_000;
export const HOUR = 60 * MINUTE;
export const DAY = 24 * HOUR;

/** Milliseconds since 1970; a time without a zone is UTC. NaN for what is no time. */
export function parseTime(written: string): number {
  const match = WRITTEN.exec(written.trim());
  if (!match) return Number.NaN;
  const [, day, minute = "00:00", second = ":00", fraction = "", zone = "Z"] = match;
  const offset = zone === "UTC" ? "Z" : zone.replace(/^([+-]\d\d):?(\d\d)?$/, (_, hours, minutes) => `${hours}:${minutes ?? "00"}`);
  return Date.parse(`${day}T${minute}${second}${fraction}${offset}`);
}

const second = utcFormat("%Y-%m-%d %H:%M:%S");
const minute = utcFormat("%Y-%m-%d %H:%M");

export const showSecond = (time: number): string => (Number.isNaN(time) ? "" : second(new Date(time)));
export const showMinute = (time: number): string => (Number.isNaN(time) ? "" : minute(new Date(time)));

/** How long, in the two largest units: "2 d 3 h", "4 h 5 min", "12 s". */
export function showLength(length: number): string {
  if (length < 1000) return "under 1 s";
  const units: [string, number][] = [["d", DAY], ["h", HOUR], ["min", MINUTE], ["s", 1000]];
  const first = units.findIndex(([, size]) => length >= size);
  let rest = length;
  const parts: string[] = [];
  for (const [name, size] of units.slice(first, first + 2)) {
    const count = Math.floor(rest / size);
    rest -= count * size;
    if (count) parts.push(`${count} ${name}`);
  }
  return parts.join(" ");
}
