// Writes report/template.html: the page with its script, its style and the licences of what it contains, and an empty
// slot for data. `--check` compares instead, and ends with 1 when the file is not what the sources build.
import { createHash } from "node:crypto";
import { readFileSync, readdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const here = dirname(fileURLToPath(import.meta.url));
const root = dirname(here);
const target = join(here, "template.html");
const hash = (text) => `'sha256-${createHash("sha256").update(text).digest("base64")}'`;

async function bundle(entry) {
  const { metafile, outputFiles } = await build({
    absWorkingDir: root,
    entryPoints: [join(here, "src", entry)],
    bundle: true,
    minify: true,
    write: false,
    metafile: true,
    format: "iife",
    target: "es2022",
    charset: "ascii",
    legalComments: "none",
    jsx: "automatic",
    jsxImportSource: "preact",
  });
  return { text: outputFiles[0].text.trim(), inputs: Object.keys(metafile.inputs) };
}

/** The licence text of every package that is in the bundle, as their licences ask. */
function licences(inputs) {
  const names = new Set(inputs.map((path) => /^node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(path)?.[1]).filter(Boolean));
  return [...names].sort().map((name) => {
    const folder = join(root, "node_modules", name);
    const { version, license } = JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));
    if (!["MIT", "ISC", "Apache-2.0", "BSD-2-Clause", "BSD-3-Clause"].includes(license)) {
      throw new Error(`${name} is licensed ${license}`);
    }
    const file = readdirSync(folder).find((entry) => /^licen[cs]e/i.test(entry));
    return `${name} ${version} (${license})\n\n${readFileSync(join(folder, file), "utf8").trim()}`;
  });
}

const script = await bundle("main.tsx");
const style = await bundle("page.css");
for (const [name, text] of Object.entries({ script: script.text, style: style.text })) {
  if (/<\/(script|style)|<!--/i.test(text)) throw new Error(`the ${name} would end its own element`);
}
// The page asks for nothing: no address, no frame, no form, and no script or style but these two.
const policy = [
  "default-src 'none'",
  `script-src ${hash(script.text)}`,
  `style-src ${hash(style.text)}`,
  "img-src data:",
  "base-uri 'none'",
  "form-action 'none'",
  "require-trusted-types-for 'script'",
  "trusted-types 'none'",
].join("; ");
const page = readFileSync(join(here, "src", "page.html"), "utf8")
  .replace("{policy}", () => policy)
  .replace("{style}", () => style.text)
  .replace("{licences}", () => licences(script.inputs).join("\n\n---\n\n").replaceAll("<", "&lt;"))
  .replace("{script}", () => script.text);

if (process.argv.includes("--check")) {
  if (readFileSync(target, "utf8") !== page) {
    console.error("report/template.html is not what report/src builds: make page");
    process.exit(1);
  }
} else {
  writeFileSync(target, page);
  console.log(`report/template.html: ${(page.length / 1024).toFixed(0)} KiB`);
}
