// What runs, who can read it, how soon it is there, and paper.
import { NARROW, accessible, check, open, rows, settled, status } from "./open.mjs";

const PAGES = ["PAGE_FEW", "PAGE_MANY", "PAGE_HOSTILE", "PAGE_RUN"];

export async function everybody(browser) {
  for (const name of PAGES) {
    for (const scheme of ["light", "dark"]) {
      const page = await open(browser, process.env[name], { scheme });
      await accessible(page, `${name} ${scheme}`);
      await page.evaluate(() => document.querySelectorAll("details").forEach((one) => { one.open = true; }));
      await accessible(page, `${name} ${scheme}, all open`);
      await page.close();
    }
    const page = await open(browser, process.env[name], { viewport: NARROW });
    await accessible(page, `${name} narrow`);
    const wide = await page.evaluate(() => document.documentElement.scrollWidth);
    check(wide <= NARROW.width, `${name}: nothing is wider than a phone`, wide);
    await page.close();
  }
}

// Names of the sandbox's tenant are markup, handlers and template words; a dialog would be told.
export async function hostile(browser) {
  const page = await open(browser, process.env.PAGE_HOSTILE);
  await page.getByLabel("App", { exact: true }).fill("<script>");
  await settled(page);
  const found = await page.evaluate(() => [document.scripts.length, document.images.length,
    document.querySelectorAll("iframe, object, embed, link, base, main form:not(.filters)").length]);
  check(JSON.stringify(found) === "[1,0,0]", "nothing but what is ours", found);
  const text = await page.locator("main").textContent();
  check(text.includes("<script>alert(1)</script>"), "the name is told as text");
  check(!/[\u202a-\u202e\u2066-\u2069\u200b\u0007]/.test(text), "no character draws");
  // Were a name to run in spite of all, the page's own rule would stop it, and the browser would say so.
  page.removeAllListeners("console");
  const refused = page.waitForEvent("console", { timeout: 5_000 }).then((said) => said.text(), () => "");
  const ran = await page.evaluate(() => {
    const script = document.createElement("script");
    script.textContent = "globalThis.ran = true";
    document.body.append(script);
    return globalThis.ran === true;
  }).catch(() => false);
  check(!ran && (await refused).includes("script-src"), "a script that is not the page's own is refused");
  await page.close({ runBeforeUnload: false });
}

export async function huge(browser) {
  const page = await open(browser, process.env.PAGE_HUGE);
  const paint = await page.evaluate(() => performance.getEntriesByType("paint")
    .find((entry) => entry.name === "first-contentful-paint")?.startTime);
  console.log(`first paint after ${Math.round(paint)} ms`);
  check(paint < 2_000, "10,000 changes: the first paint", paint);
  check((await status(page)).includes("10,005 changes"), "all are counted", await status(page));
  await accessible(page, "PAGE_HUGE");
  const begin = Date.now();
  await page.getByLabel("Person", { exact: true }).fill("w00777@");
  await page.waitForFunction(() => document.querySelector(".status").textContent.match(/^[\d,]+ of /));
  console.log(`filtered after ${Date.now() - begin} ms`);
  const names = await rows(page).locator("td.w").allTextContents();
  check(names.length > 8 && names.every((name) => name.startsWith("w00777@")), "rows behind the page are found", names);
  await page.close();
}

export async function paper(browser) {
  const page = await open(browser, process.env.PAGE_MANY);
  await page.getByLabel("App", { exact: true }).fill("crm");
  await settled(page);
  const pdf = await page.pdf({ format: "A4" });
  check(pdf.length > 20_000 && pdf.subarray(0, 5).toString() === "%PDF-", "prints", pdf.length);
  const open_ = await page.evaluate(() => document.querySelectorAll("details:not([open])").length);
  check(open_ > 0, "afterwards what was closed is closed again", open_);
  await page.emulateMedia({ media: "print" });
  await page.evaluate(() => dispatchEvent(new Event("beforeprint")));
  const seen = await page.evaluate(() => [...document.querySelectorAll("nav, .filters, .more, .sides")]
    .filter((one) => getComputedStyle(one).display !== "none").length);
  check(seen === 0, "no controls on paper", seen);
  check(await page.evaluate(() => document.querySelectorAll("details:not([open])").length) === 0, "all is open on paper");
  await page.close();
}
