/** The head of the page: which archive, which time, and the numbers that say whether to read on. */
import type { JSX } from "preact";
import type { Item, Report } from "./contract";
import { isSession } from "./kinds";
import { plural } from "./parts";
import { parseTime, showMinute, showSecond } from "./time";

export type Theme = "auto" | "light" | "dark";

export function Head({ report, theme, onTheme }: { report: Report; theme: Theme; onTheme: (theme: Theme) => void }): JSX.Element {
  const generated = showSecond(parseTime(report.generated)) || report.generated;
  return (
    <header>
      <div>
        <h1>Access evidence</h1>
        <p class="quiet">
          {report.archive && <>Archive <b class="breaks">{report.archive}</b> {"\u00b7 "}</>}
          {report.from < report.until ? `${showMinute(report.from)} to ${showMinute(report.until)} UTC` : "No time range"}
          {generated && ` \u00b7 written ${generated} UTC`}
        </p>
      </div>
      <label class="theme">
        Colours
        <select name="theme" value={theme} onChange={({ currentTarget }) => onTheme(currentTarget.value as Theme)}>
          <option value="auto">As the system</option>
          <option value="light">Light</option>
          <option value="dark">Dark</option>
        </select>
      </label>
    </header>
  );
}

const distinct = (items: readonly Item[], of: "person" | "host" | "account"): number => new Set(items.map((item) => item[of]).filter(Boolean)).size;

export function Numbers({ report }: { report: Report }): JSX.Element {
  const grave = report.findings.filter(({ severity }) => ["Fatal", "Critical", "High"].includes(severity)).length;
  const bare = report.items.filter((item) => isSession(item.kind) && !item.evidence).length;
  const sessions = report.items.filter((item) => isSession(item.kind)).length;
  const unreadable = report.unreadable.reduce((sum, { count }) => sum + count, 0);
  const numbers: [string, number, string, boolean][] = [
    ["Findings", report.findings.length, grave ? `${grave.toLocaleString("en")} high or critical` : "none high or critical", grave > 0],
    ["Sessions without evidence", bare, `of ${plural(sessions, "session")}`, bare > 0],
    ["Not readable", unreadable, unreadable ? "see below" : "all was read", unreadable > 0],
    ["Items", report.items.length, report.undated ? `${report.undated.toLocaleString("en")} without a readable time` : "shell, RDP, logins, changes", report.undated > 0],
    ["People", distinct(report.items, "person"), `in ${plural(distinct(report.items, "account"), "account")}`, false],
    ["Hosts", distinct(report.items, "host"), "instances and WorkSpaces", false],
  ];
  return (
    <dl class="numbers" aria-label="In numbers">
      {numbers.map(([name, value, note, grave]) => (
        <div key={name} class={grave ? "grave" : ""}>
          <dt>{name}</dt>
          <dd><b>{value.toLocaleString("en")}</b> <small>{note}</small></dd>
        </div>
      ))}
    </dl>
  );
}

/** Nobody must take a page for the whole where it is not. */
export function LeftOut({ report }: { report: Report }): JSX.Element | null {
  const { items, findings } = report.leftOut;
  const parts = [items > 0 && plural(items, "item"), findings > 0 && plural(findings, "finding")].filter(Boolean);
  return parts.length === 0 ? null : (
    <p class="left-out" role="note">Only the newest are shown: {parts.join(" and ")}, older than these, did not fit on this page. Ask for them in Athena or with make query.</p>
  );
}

export function Unreadable({ report }: { report: Report }): JSX.Element {
  const rows = report.unreadable.filter(({ count }) => count > 0);
  return (
    <section class="panel" aria-labelledby="unreadable">
      <div class="heading"><h2 id="unreadable">What could not be read</h2></div>
      {rows.length === 0 ? (
        <p class="empty">Every line of every source was read.</p>
      ) : (
        <ul class="unreadable">
          {rows.map(({ source, count }) => <li key={source}><b>{count.toLocaleString("en")}</b> <span class="breaks">{source || "a source without a name"}</span></li>)}
        </ul>
      )}
    </section>
  );
}
