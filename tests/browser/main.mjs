// `node main.mjs`: the pages that PAGE_… name, in the browser that CONSENT_BROWSER names.
import { all } from "./open.mjs";
import { everybody, hostile, huge, paper } from "./looks.mjs";
import { filters, keyboard, shared, sorted } from "./table.mjs";

await all([filters, shared, sorted, keyboard, hostile, huge, paper, everybody]);
