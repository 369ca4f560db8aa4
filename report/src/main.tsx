import { render } from "preact";
import { App } from "./app";
import { readReport } from "./data";

const page = document.getElementById("page")!;

function start(): void {
  let report: ReturnType<typeof readReport>;
  try {
    report = readReport(document.getElementById("data")!.textContent ?? "");
  } catch {
    page.textContent = "This page holds no data that it can read: it is a template, or was filled by something else.";
    return;
  }
  page.textContent = "";
  const show = (printing: boolean): void => render(<App report={report} printing={printing} />, page);
  show(false);
  // What is printed is not what is seen: all rows, all lanes, light. Rendering is done when `show` returns.
  addEventListener("beforeprint", () => show(true));
  addEventListener("afterprint", () => show(false));
}

start();
