/** Findings, gravest first: what a person must look at, before anything else. */
import { useState } from "preact/hooks";
import type { JSX } from "preact";
import type { Finding } from "./contract";
import { Cut, EvidenceLink, shortUri } from "./parts";
import { showSecond } from "./time";

const FEW = 6;
const MORE = 100;
const MOST_PRINTED = 500;

export function Findings({ findings, total, printing, onOpen, onShow }: {
  findings: readonly Finding[];
  /** Of the report, whatever the filter. */
  total: number;
  printing: boolean;
  onOpen: (finding: Finding) => void;
  onShow: (finding: Finding) => void;
}): JSX.Element {
  const [shown, setShown] = useState(FEW);
  const listed = findings.slice(0, printing ? MOST_PRINTED : shown);
  const rest = findings.length - listed.length;
  return (
    <section class="panel" aria-labelledby="findings">
      <div class="heading">
        <h2 id="findings">Findings</h2>
        <span class="count">{findings.length === total ? total.toLocaleString("en") : `${findings.length.toLocaleString("en")} of ${total.toLocaleString("en")}`}</span>
      </div>
      {listed.length === 0 && <p class="empty">{total ? "No finding fits the filter." : "No finding was raised in this time."}</p>}
      <ul class="findings">
        {listed.map((finding) => (
          <li key={finding.id} class={`finding ${finding.severity.toLowerCase()}`}>
            <span class={`severity ${finding.severity.toLowerCase()}`}>{finding.severity}</span>
            <div class="said">
              <h3>
                <button type="button" class="plain" onClick={() => onOpen(finding)} title={finding.title}>{finding.title}</button>
              </h3>
              {finding.text && <p class="text" title={finding.text}>{finding.text}</p>}
              <p class="facts">
                <time>{showSecond(finding.start) || finding.time || "No time"}</time>
                {finding.person && <Cut text={finding.person} />}
                {finding.host && <Cut text={finding.host} />}
                {finding.account && <Cut text={[finding.account, finding.region].filter(Boolean).join(" \u00b7 ")} />}
                {finding.rule && <code class="cut" title={finding.rule}>{finding.rule}</code>}
              </p>
            </div>
            <div class="acts">
              {!Number.isNaN(finding.start) && (
                <button type="button" class="small" onClick={() => onShow(finding)} aria-label={`Show the hour around: ${finding.title}`}>Show the hour around</button>
              )}
              {finding.evidence && (
                <span class="evidence">
                  <EvidenceLink uri={finding.evidence} region={finding.region}>{printing ? finding.evidence : shortUri(finding.evidence)}</EvidenceLink>
                </span>
              )}
            </div>
          </li>
        ))}
      </ul>
      {rest > 0 && !printing && (
        <button type="button" onClick={() => setShown(shown + MORE)}>{rest > MORE ? `Show ${MORE} more of ${rest.toLocaleString("en")}` : `Show the other ${rest}`}</button>
      )}
      {rest > 0 && printing && <p class="hint">{rest.toLocaleString("en")} more findings are not printed.</p>}
    </section>
  );
}
