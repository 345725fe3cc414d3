// Filters, order, keyboard, and the address that they stand in.
import { check, open, rows, settled, status } from "./open.mjs";

export async function filters(browser) {
  const page = await open(browser, process.env.PAGE_MANY);
  const before = await status(page);
  check(/^196 changes$/.test(before), "the number of changes", before);
  await page.getByLabel("Person", { exact: true }).fill("w00007@");
  await settled(page);
  const whom = await rows(page).locator("td.w").allTextContents();
  check(whom.length > 0 && whom.every((name) => name.startsWith("w00007@")), "only this person", whom);
  const told = await status(page);
  check(told === `${whom.length} of 196 changes`, "how many match", told);
  await page.getByLabel("Effect").selectOption("takes");
  await settled(page);
  const does = await rows(page).evaluateAll((all) => all.map((row) => row.dataset.does));
  check(does.length > 0 && does.every((word) => word.includes("takes")), "only what takes", does);
  await page.getByRole("button", { name: "Clear" }).click();
  await settled(page);
  check(await status(page) === "196 changes", "all again", await status(page));
  await page.getByLabel("Risk given").first().selectOption("2");
  await page.getByLabel("App", { exact: true }).fill("crm");
  await page.getByLabel("Permission").fill("mail.read");
  await settled(page);
  const risks = await rows(page).evaluateAll((all) => all.map((row) => Number(row.dataset.risk)));
  check(risks.length === 24 && risks.every((risk) => risk >= 2), "risk, app and permission", risks);
  await page.close();
}

export async function shared(browser) {
  const page = await open(browser, process.env.PAGE_MANY);
  await page.getByLabel("Person", { exact: true }).fill("w00003");
  await settled(page);
  await page.getByRole("button", { name: "Permissions" }).click();
  const fragment = new URL(page.url()).hash;
  const seen = await rows(page).allTextContents();
  await page.close();
  const other = await open(browser, process.env.PAGE_MANY, { fragment });
  const same = await rows(other).allTextContents();
  check(seen.length > 0 && JSON.stringify(seen) === JSON.stringify(same), "the address shows the same", fragment);
  check(await other.getByLabel("Person", { exact: true }).inputValue() === "w00003", "its fields are filled");
  await other.close();
  const odd = await open(browser, process.env.PAGE_MANY, { fragment: "#sort=constructor&risk=%3Cb%3E&person=%00%%%" });
  check((await status(odd)).includes("196"), "an odd address does no harm", await status(odd));
  await odd.close();
}

export async function sorted(browser) {
  const page = await open(browser, process.env.PAGE_MANY);
  const heading = page.getByRole("columnheader", { name: "For whom" });
  const names = () => rows(page).locator("td.w").allTextContents();
  const plain = await names();
  await heading.getByRole("button").click();
  const up = await names();
  check(await heading.getAttribute("aria-sort") === "ascending", "says that it is sorted");
  const people = up.filter((name) => name.startsWith("w"));
  check(people.every((name, at) => at === 0 || people[at - 1] <= name), "sorted by person");
  await heading.getByRole("button").click();
  check(await heading.getAttribute("aria-sort") === "descending", "the other way round");
  await heading.getByRole("button").click();
  check(JSON.stringify(await names()) === JSON.stringify(plain), "what matters most first, again");
  await page.getByRole("columnheader", { name: "Cuts off" }).getByRole("button").click();
  const first = await rows(page).first().locator("td.c").textContent();
  check(first.includes("all"), "whoever cuts off most comes first", first);
  await page.close();
}

export async function keyboard(browser) {
  const page = await open(browser, process.env.PAGE_MANY);
  await page.keyboard.press("Tab");
  const skip = await page.evaluate(() => document.activeElement.textContent);
  check(skip === "Skip to the report", "the skip link comes first", skip);
  check(await page.evaluate(() => document.activeElement.getBoundingClientRect().top >= 0), "and is seen");
  await page.keyboard.press("Enter");
  check(await page.evaluate(() => document.activeElement.id) === "main", "it leads to the report");
  await page.locator("#side-both").focus();
  await page.keyboard.press("ArrowRight");
  check(await page.locator("#side-before").isChecked(), "the picture before");
  const hidden = await page.locator("details[open] .picture g.new > path").first()
    .evaluate((line) => getComputedStyle(line).visibility);
  check(hidden === "hidden", "what comes is not there before", hidden);
  await page.locator(".changes thead button").first().focus();
  const outline = await page.evaluate(() => getComputedStyle(document.activeElement).outlineStyle);
  check(outline !== "none", "focus is seen", outline);
  await page.keyboard.press("Enter");
  check(await page.locator(".changes thead th").first().getAttribute("aria-sort") === "ascending", "Enter sorts");
  await page.close();
}
