/** The kinds of items: a name, a colour and a shape each, so that colour is never the only sign. */

export interface Kind {
  readonly label: string;
  /** Of the style sheet: --kind-<colour>. */
  readonly colour: string;
  /** An SVG path in a square of 14. */
  readonly shape: string;
}

const KINDS: Readonly<Record<string, Kind>> = {
  "shell-session": { label: "Shell session", colour: "shell", shape: "M1 2h12v10H1zM3 4.2v1.4L5.2 7 3 8.4v1.4L6.8 7.6V6.4zM7 9h4v1.2H7z" },
  "rdp-connection": { label: "RDP connection", colour: "rdp", shape: "M0.5 1.5h13v8.5h-13zM4 11h6v1.8H4z" },
  "workspaces-login": { label: "WorkSpaces login", colour: "workspaces", shape: "M7 1a6 6 0 1 1 0 12A6 6 0 1 1 7 1z" },
  "console-sign-in": { label: "Console sign-in", colour: "console", shape: "M2 2h10v10H2z" },
  "security-group-change": { label: "Security-group change", colour: "network", shape: "M7 0.3L13.7 7 7 13.7 0.3 7z" },
  tampering: { label: "Tampering", colour: "tampering", shape: "M3.2 1L7 4.8 10.8 1 13 3.2 9.2 7 13 10.8 10.8 13 7 9.2 3.2 13 1 10.8 4.8 7 1 3.2z" },
  finding: { label: "Finding", colour: "finding", shape: "M7 0.8L13.8 13H0.2z" },
  recording: { label: "Recording", colour: "recording", shape: "M7 1a6 6 0 1 1 0 12A6 6 0 1 1 7 1zM7 4.5a2.5 2.5 0 1 0 0 5A2.5 2.5 0 1 0 7 4.5z" },
};

export const COLOURS = [...new Set(Object.values(KINDS).map((kind) => kind.colour)), "other"];

const HEXAGON = "M3.7 1h6.6L13.6 7l-3.3 6H3.7L0.4 7z";

/** A kind that this page does not know is shown under its own name. */
export function kindOf(name: string): Kind {
  return Object.hasOwn(KINDS, name) ? KINDS[name]! : { label: name ? name.replaceAll("-", " ") : "Unknown kind", colour: "other", shape: HEXAGON };
}

/** The known kinds in their order, then the others by name. */
export function inOrder(names: Iterable<string>): string[] {
  const known = Object.keys(KINDS);
  const rank = (name: string): number => (known.includes(name) ? known.indexOf(name) : known.length);
  return [...names].sort((one, other) => rank(one) - rank(other) || one.localeCompare(other));
}

/** Kinds that last, and should have left a transcript or a recording. */
export const isSession = (kind: string): boolean => kind === "shell-session" || kind === "rdp-connection";
