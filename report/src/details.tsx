/** All that is known of one item or finding, and the way to its evidence. */
import { useEffect, useRef } from "preact/hooks";
import type { JSX } from "preact";
import type { Finding, Item } from "./contract";
import { visible } from "./data";
import { evidenceOf } from "./evidence";
import { kindOf, isSession } from "./kinds";
import { Copy, EvidenceLink, Glyph } from "./parts";
import { showLength, showSecond } from "./time";

export type Chosen = { readonly item: Item } | { readonly finding: Finding };

export function Details({ chosen, onClose }: { chosen: Chosen; onClose: () => void }): JSX.Element {
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => heading.current?.focus(), [chosen]);
  const of = "item" in chosen ? chosen.item : chosen.finding;
  return (
    <div
      class="details"
      role="dialog"
      aria-labelledby="details"
      onKeyDown={(event) => {
        if (event.key !== "Escape") return;
        event.stopPropagation();
        onClose();
      }}
    >
      <div class="heading">
        <h2 id="details" ref={heading} tabIndex={-1}>
          {"item" in chosen ? <><Glyph kind={chosen.item.kind} /> {kindOf(chosen.item.kind).label}</> : <><Glyph kind="finding" /> {chosen.finding.title}</>}
        </h2>
        <button type="button" onClick={onClose} aria-label="Close the details" title="Close (Esc)">{"\u00d7"}</button>
      </div>
      {"item" in chosen ? <OfItem item={chosen.item} /> : <OfFinding finding={chosen.finding} />}
      <h3>Evidence</h3>
      {of.evidence ? <Way uri={of.evidence} region={of.region} /> : <p class={"item" in chosen && isSession(chosen.item.kind) ? "missing" : "quiet"}>{"item" in chosen && isSession(chosen.item.kind) ? "This session left none." : "None is named."}</p>}
    </div>
  );
}

function OfItem({ item }: { item: Item }): JSX.Element {
  return (
    <Facts
      facts={[
        ["What", item.what],
        ["Time (UTC)", showSecond(item.start) || item.time],
        ["Until (UTC)", item.end > item.start ? `${showSecond(item.end)} (${showLength(item.end - item.start)})` : item.until],
        ["Person", item.person || "Not known who"],
        ["Principal", item.principal],
        ["From", item.source_ip],
        ["Host", item.host],
        ["Account", item.account],
        ["Region", item.region],
        ["Verdict", item.verdict],
        ["Who it was", MATCH[item.match] ?? item.match],
        ["Event", item.event_id],
      ]}
    />
  );
}

const MATCH: Readonly<Record<string, string>> = {
  exact: "exact: the connection id says it",
  inferred: "inferred: by account, host and time",
  none: "none: nobody is known to have started it",
};

function OfFinding({ finding }: { finding: Finding }): JSX.Element {
  return (
    <Facts
      facts={[
        ["Severity", finding.severity],
        ["What", finding.text],
        ["Rule", finding.rule],
        ["Time (UTC)", showSecond(finding.start) || finding.time],
        ["Person", finding.person],
        ["Host", finding.host],
        ["Account", finding.account],
        ["Region", finding.region],
        ["Event", finding.event_id],
      ]}
    />
  );
}

const Facts = ({ facts }: { facts: readonly (readonly [string, string])[] }): JSX.Element => (
  <dl>
    {facts.filter(([, value]) => value).map(([name, value]) => (
      <div key={name}>
        <dt>{name}</dt>
        <dd>{value}</dd>
      </div>
    ))}
  </dl>
);

function Way({ uri, region }: { uri: string; region: string }): JSX.Element {
  const { command, link } = evidenceOf(uri, region);
  return (
    <div class="way">
      <code>{visible(uri)}</code>
      <Copy text={uri} label="Copy URI" />
      {command && <code>{visible(command)}</code>}
      {command && <Copy text={command} label="Copy command" />}
      {link && <EvidenceLink uri={uri} region={region}>Open in the AWS console</EvidenceLink>}
    </div>
  );
}
