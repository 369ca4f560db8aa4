/** Small pieces that several parts of the page use. */
import { useState } from "preact/hooks";
import type { ComponentChildren, JSX } from "preact";
import { visible } from "./data";
import { evidenceOf } from "./evidence";
import { kindOf } from "./kinds";

export function Glyph({ kind }: { kind: string }): JSX.Element {
  const { colour, shape } = kindOf(kind);
  return (
    <svg class={`glyph ${colour}`} viewBox="0 0 14 14" width="14" height="14" aria-hidden="true">
      <path d={shape} fill-rule="evenodd" />
    </svg>
  );
}

/** Text that is cut where there is no room, and whole in its title. */
export function Cut({ text, otherwise = "\u2013" }: { text: string; otherwise?: string }): JSX.Element {
  return text ? <span class="cut" title={text}>{text}</span> : <span class="none">{otherwise}</span>;
}

export function Copy({ text, label, tabIndex }: { text: string; label: string; tabIndex?: number }): JSX.Element {
  const [state, setState] = useState<"" | "Copied" | "Not copied">("");
  const copy = async (event: Event): Promise<void> => {
    event.stopPropagation();
    setState((await toClipboard(text)) ? "Copied" : "Not copied");
    setTimeout(() => setState(""), 2000);
  };
  return (
    <button type="button" class="small" onClick={copy} tabIndex={tabIndex} aria-live="polite" data-copies={text}>
      {state || label}
    </button>
  );
}

/** A page that was opened from a file may not use the clipboard everywhere: then the old way. */
async function toClipboard(text: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    const field = document.createElement("textarea");
    field.value = text;
    field.className = "offscreen";
    const focused = document.activeElement;
    document.body.append(field);
    field.select();
    const copied = document.execCommand("copy");
    field.remove();
    if (focused instanceof HTMLElement) focused.focus();
    return copied;
  }
}

/** The last name of a key; the whole URI in its title. */
export const shortUri = (uri: string): string => visible(uri.replace(/\/$/, "").split("/").at(-1) || uri);

export function EvidenceLink({ uri, region, tabIndex, children }: {
  uri: string;
  region: string;
  tabIndex?: number;
  children: ComponentChildren;
}): JSX.Element {
  const { link } = evidenceOf(uri, region);
  const title = `${visible(uri)}${link ? "\nOpens the AWS console" : ""}`;
  if (!link) return <span class="cut" title={title}>{children}</span>;
  return (
    <a class="cut" href={link} target="_blank" rel="noopener noreferrer" title={title} tabIndex={tabIndex} onClick={(event) => event.stopPropagation()}>
      {children}
    </a>
  );
}

export const plural = (count: number, one: string, many = `${one}s`): string => `${count.toLocaleString("en")} ${count === 1 ? one : many}`;
