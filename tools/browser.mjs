// A headless Chromium that does what lines of JSON on standard input say, and answers each with one line.
// What a page asks of the network is refused, and told by `requests`.
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const { version } = JSON.parse(readFileSync(join(root, "node_modules/@sparticuz/chromium/package.json"), "utf8"));
// The package unpacks its browser into the folder for temporary files, and takes what it finds there.
process.env.TMPDIR = join(root, "build", `chromium-${version}`);
mkdirSync(process.env.TMPDIR, { recursive: true });
// So that it unpacks and uses the system libraries (NSS) and fonts that it brings along: a machine need have none.
process.env.AWS_LAMBDA_JS_RUNTIME = "nodejs22.x";
// Its own configuration looks for these fonts in /tmp alone; without a font the browser ends at the first letter.
process.env.FONTCONFIG_PATH = join(process.env.TMPDIR, "fontconfig");
mkdirSync(process.env.FONTCONFIG_PATH, { recursive: true });
writeFileSync(
  join(process.env.FONTCONFIG_PATH, "fonts.conf"),
  `<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig>
  <dir>${process.env.TMPDIR}/fonts</dir>
  <cachedir>${process.env.FONTCONFIG_PATH}/cache</cachedir>
</fontconfig>
`,
);
const { default: packed } = await import("@sparticuz/chromium");
const { chromium } = await import("playwright-core");
const browser = await chromium.launch({
  executablePath: await packed.executablePath(),
  args: ["--no-sandbox", "--no-zygote", "--disable-gpu", "--font-render-hinting=none"],
});

let context, page, requests, complaints;

const own = {
  /** A fresh page, with the options of a context. */
  async fresh(options = {}) {
    await context?.close();
    context = await browser.newContext({ locale: "en-GB", ...options });
    [requests, complaints] = [[], []];
    await context.route(/.*/, (route) => {
      const url = route.request().url();
      requests.push(url);
      return url.startsWith("file:") ? route.continue() : route.abort();
    });
    page = await context.newPage();
    page.setDefaultTimeout(5000);
    page.on("console", (message) => ["error", "warning"].includes(message.type()) && complaints.push(message.text()));
    page.on("pageerror", (error) => complaints.push(String(error)));
    page.on("dialog", (dialog) => (complaints.push(`dialog: ${dialog.message()}`), dialog.dismiss()));
  },
  requests: () => requests,
  complaints: () => complaints,
  version: () => browser.version(),
};

for await (const line of createInterface({ input: process.stdin })) {
  const { method, args } = JSON.parse(line);
  let answer;
  try {
    if (own[method]) answer = { result: await own[method](...args) };
    else {
      // "keyboard.press" is a method of the page's keyboard.
      const path = method.split(".");
      const name = path.pop();
      const target = path.reduce((object, part) => object[part], page);
      const result = await target[name](...args);
      answer = { result: result === undefined || (typeof result === "object" && result !== null && result.constructor !== Object && !Array.isArray(result)) ? null : result };
    }
  } catch (error) {
    answer = { error: String(error.message ?? error) };
  }
  process.stdout.write(`${JSON.stringify(answer)}\n`);
}
await browser.close();
