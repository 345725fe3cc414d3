// Opens a page as a reviewer would, in a browser that tells of everything the page tries to do beyond itself.
import { createRequire } from "node:module";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const require = createRequire(join(process.env.CONSENT_BROWSER_MODULES, "none.js"));
const { chromium } = require("playwright-core");
const axe = readFileSync(require.resolve("axe-core/axe.min.js"), "utf8");

const FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
  "--disable-component-update", "--disable-sync"];

export const WIDE = { width: 1366, height: 900 };
export const NARROW = { width: 390, height: 844 };

let failures = 0;

export function check(fact, words, found = "") {
  if (fact) return;
  failures += 1;
  console.log(`FAILED ${words} ${found === "" ? "" : JSON.stringify(found).slice(0, 600)}`);
}

/// Runs checks, each with a browser that is new.
export async function all(checks) {
  const folder = mkdtempSync(join(tmpdir(), "consent-browser-"));
  const executablePath = process.env.CONSENT_BROWSER;
  const browser = await chromium.launchPersistentContext(folder, { executablePath, args: FLAGS, viewport: WIDE });
  try {
    for (const one of checks) {
      await one(browser);
      console.log(`looked at: ${one.name}`);
    }
  } finally {
    await browser.close();
    rmSync(folder, { recursive: true, force: true });
  }
  process.exitCode = failures ? 1 : 0;
}

/// Opens a file. What it must never do is told as soon as it does it.
export async function open(browser, file, { viewport = WIDE, scheme = "light", fragment = "" } = {}) {
  const page = await browser.newPage();
  const address = `file://${file}`;
  await page.setViewportSize(viewport);
  await page.emulateMedia({ colorScheme: scheme, reducedMotion: "reduce" });
  page.on("request", (request) => check(request.url().split("#")[0] === address, "a request leaves the page", request.url()));
  page.on("dialog", (dialog) => { check(false, "a dialog", dialog.message()); dialog.dismiss(); });
  page.on("popup", (popup) => check(false, "another window", popup.url()));
  page.on("pageerror", (error) => check(false, "an error of the script", String(error)));
  page.on("console", (message) => check(false, "a word in the console", message.text()));
  await page.goto(address + fragment, { waitUntil: "load", timeout: 120_000 });
  return page;
}

/// What axe finds wrong. It is run from outside of the page, so that the page's own rules stay in force.
export async function accessible(page, words) {
  await page.evaluate(axe);
  const found = await page.evaluate(async () => {
    const { violations } = await globalThis.axe.run();
    return violations.map((one) => [one.id, one.nodes.length, one.nodes[0].html.slice(0, 200)]);
  });
  check(found.length === 0, `${words}: not accessible`, found);
}

export const status = (page) => page.locator(".status").textContent();
export const rows = (page) => page.locator("#rows tr");
/// Filters wait until somebody has stopped typing.
export const settled = (page) => page.waitForTimeout(300);
