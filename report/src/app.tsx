/** Puts the parts together, and holds what they share: the filter, the lanes, where one is. */
import { useCallback, useEffect, useMemo, useRef, useState } from "preact/hooks";
import type { JSX } from "preact";
import type { Finding, Item, Report } from "./contract";
import { Details, type Chosen } from "./details";
import { asHash, during, EVERYTHING, fromHash, matching, matchingFindings, type Filter } from "./filter";
import { Filters } from "./filters";
import { Findings } from "./findings";
import { Items } from "./items";
import { kindOf } from "./kinds";
import type { By } from "./lanes";
import { plural } from "./parts";
import { Head, LeftOut, Numbers, Unreadable, type Theme } from "./summary";
import { showSecond, HOUR } from "./time";
import { Timeline, unnamed } from "./timeline";

const NARROW = matchMedia("(max-width: 760px)");
const DARK = matchMedia("(prefers-color-scheme: dark)");

function useMedia(media: MediaQueryList): boolean {
  const [matches, setMatches] = useState(media.matches);
  useEffect(() => {
    const change = (): void => setMatches(media.matches);
    media.addEventListener("change", change);
    return () => media.removeEventListener("change", change);
  }, [media]);
  return matches;
}

export function App({ report, printing }: { report: Report; printing: boolean }): JSX.Element {
  const [filter, setFilter] = useState<Filter>(() => fromHash(location.hash));
  const [by, setBy] = useState<By>("person");
  const [current, setCurrent] = useState<Item | null>(null);
  const [chosen, setChosen] = useState<Chosen | null>(null);
  const [theme, setTheme] = useState<Theme>("auto");
  const opener = useRef<Element | null>(null);
  const narrow = useMedia(NARROW);
  const dark = useMedia(DARK);

  const whole = useMemo(() => [report.from, report.until] as const, [report]);
  const time = filter.time ?? whole;
  const { person, host, account, kinds, words } = filter;
  const lasting = useMemo(() => matching(report.items, { ...EVERYTHING, person, host, account, kinds, words }), [report, person, host, account, kinds, words]);
  const counted = useMemo(() => during(matching(report.items, { ...filter, kinds: [] }), filter.time), [report, filter]);
  const shown = useMemo(() => during(lasting, filter.time), [lasting, filter.time]);
  const findings = useMemo(() => matchingFindings(report.findings, filter), [report, filter]);

  useEffect(() => {
    const hash = asHash(filter);
    if (hash !== location.hash.slice(1)) history.replaceState(null, "", hash ? `#${hash}` : "#");
  }, [filter]);
  useEffect(() => {
    const follow = (): void => setFilter(fromHash(location.hash));
    addEventListener("hashchange", follow);
    return () => removeEventListener("hashchange", follow);
  }, []);

  const choose = useCallback((next: Chosen): void => {
    if (!document.activeElement?.closest(".details")) opener.current = document.activeElement;
    setChosen(next);
  }, []);
  const open = (item: Item): void => {
    setCurrent(item);
    choose({ item });
  };
  const close = (): void => {
    setChosen(null);
    if (opener.current instanceof HTMLElement) opener.current.focus();
  };
  const around = (finding: Finding): void => {
    setFilter({ ...EVERYTHING, time: [finding.start - HOUR / 2, finding.start + HOUR / 2] });
    setCurrent(report.items.find((item) => item.event_id !== "" && item.event_id === finding.event_id) ?? null);
    document.getElementById("timeline")?.scrollIntoView({ block: "start" });
  };

  // Colours changed means canvases are drawn anew; this must be set before they are.
  const colours = printing ? "print" : theme === "auto" ? (dark ? "dark" : "light") : theme;
  document.documentElement.dataset.theme = printing ? "light" : theme;

  return (
    <>
      <Head report={report} theme={theme} onTheme={setTheme} />
      <main>
        <LeftOut report={report} />
        <Numbers report={report} />
        <Filters report={report} filter={filter} counted={counted} onFilter={setFilter} />
        {printing && asHash(filter) && <p class="hint">Filtered: {describe(filter)}</p>}
        <p class="offscreen" role="status">{plural(shown.length, "item")}, {plural(findings.length, "finding")}</p>
        <p class="offscreen" aria-live="polite">{current && !chosen ? announce(current) : ""}</p>
        <Findings findings={findings} total={report.findings.length} printing={printing} onOpen={(finding) => choose({ finding })} onShow={around} />
        <Timeline
          items={lasting}
          total={report.items.length}
          findings={findings}
          whole={whole}
          time={time}
          by={by}
          current={current}
          theme={colours}
          onTime={(next) => setFilter({ ...filter, time: next })}
          onBy={setBy}
          onCurrent={setCurrent}
          onOpen={open}
          onLane={(name) => setFilter({ ...filter, [by]: filter[by] === name ? null : name })}
        />
        <Items items={shown} total={report.items.length} current={current} narrow={narrow} printing={printing} onCurrent={setCurrent} onOpen={open} />
        <Unreadable report={report} />
      </main>
      {chosen && !printing && <Details chosen={chosen} onClose={close} />}
    </>
  );
}

const announce = (item: Item): string =>
  [kindOf(item.kind).label, showSecond(item.start), item.person || unnamed("person"), item.host && `on ${item.host}`, item.what].filter(Boolean).join(", ");

const describe = ({ person, host, account, kinds, time, words }: Filter): string =>
  [
    person !== null && `person ${person || "not known"}`,
    host !== null && `host ${host || "none"}`,
    account !== null && `account ${account || "none"}`,
    kinds.length > 0 && kinds.map((kind) => kindOf(kind).label).join(", "),
    time && `${showSecond(time[0])} to ${showSecond(time[1])} UTC`,
    words && `text "${words}"`,
  ]
    .filter(Boolean)
    .join("; ");
