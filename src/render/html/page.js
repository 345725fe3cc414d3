// Sorts and filters the changes. What is asked for stands in the address behind the #, so that it can be shared.
// Without this script the page tells the same, except for rows beyond the first.
"use strict";
(() => {
  const form = document.querySelector(".filters");
  if (!form) return;
  const body = document.getElementById("rows");
  const status = document.querySelector(".status");
  const more = document.querySelector(".more");
  const headings = [...document.querySelectorAll(".changes thead th")];
  const MOST = 200; // rows that come at once
  const number = new Intl.NumberFormat("en");

  // Rows in the order in which they matter. Those in the template are taken once they are needed.
  const rest = document.getElementById("rest");
  const rows = [...body.rows, ...(rest ? rest.content.children : [])];
  const first = body.rows.length;
  const order = new Map(rows.map((row, at) => [row, at]));

  const words = { App: "a", Change: "d", Permissions: "p", "For whom": "w", "Risk given": "r",
    "Cuts off": "c", Why: "y", Result: "x" };
  const texts = { app: "a", person: "w", permission: "p" };
  const known = new WeakMap();
  function text(row, cell) {
    let cells = known.get(row);
    if (!cells) known.set(row, (cells = {}));
    if (!(cell in cells)) cells[cell] = (row.querySelector("td." + cell)?.textContent ?? "").trim().toLowerCase();
    return cells[cell];
  }

  let sorted = { by: "", descending: false };
  let matching = rows;
  let shown = first;

  function matches(row, asked) {
    for (const [name, value] of asked) {
      if (name in texts) {
        if (!text(row, texts[name]).includes(value)) return false;
      } else if (name === "risk") {
        if (Number(row.dataset.risk) < Number(value)) return false;
      } else if (name === "does") {
        if (!row.dataset.does.split(" ").includes(value)) return false;
      } else if (name === "result" && row.dataset.result !== value) return false;
    }
    return true;
  }

  function compare(one, other) {
    const key = { r: "risk", c: "cut" }[sorted.by];
    const by = key ? Number(one.dataset[key]) - Number(other.dataset[key])
      : text(one, sorted.by).localeCompare(text(other, sorted.by), "en", { numeric: true });
    return (sorted.descending ? -by : by) || order.get(one) - order.get(other);
  }

  // What is asked for, by the names of the fields.
  function asked() {
    const all = [...new FormData(form)].map(([name, value]) => [name, value.trim()]);
    return all.filter(([, value]) => value !== "");
  }

  function choose() {
    const all = asked().map(([name, value]) => [name, value.toLowerCase()]);
    matching = all.length ? rows.filter((row) => matches(row, all)) : rows;
    if (sorted.by) matching = [...matching].sort(compare);
    shown = all.length || sorted.by ? MOST : Math.max(first, MOST);
    show();
  }

  function show() {
    body.replaceChildren(...matching.slice(0, shown));
    const part = matching.length === rows.length ? "" : number.format(matching.length) + " of ";
    const left = matching.length - Math.min(shown, matching.length);
    status.textContent = part + number.format(rows.length) + (rows.length === 1 ? " change" : " changes")
      + (left ? ", the first " + number.format(shown) + " of them shown" : "");
    more.hidden = left === 0;
  }

  // The address.
  function write() {
    const told = new URLSearchParams(asked());
    if (sorted.by) {
      told.set("sort", headings.find((heading) => words[heading.textContent.trim()] === sorted.by).textContent.trim());
      if (sorted.descending) told.set("order", "descending");
    }
    history.replaceState(null, "", "#" + (told.size ? told : "changes"));
  }

  function read() {
    const told = location.hash.includes("=") ? new URLSearchParams(location.hash.slice(1)) : new URLSearchParams();
    for (const field of form.elements) {
      if (!field.name) continue;
      field.value = told.get(field.name) ?? "";
      if (field.selectedIndex === -1) field.value = "";
    }
    const by = told.get("sort") ?? "";
    sorted = { by: Object.hasOwn(words, by) ? words[by] : "", descending: told.get("order") === "descending" };
    mark();
    if (told.size) choose();
    return told.size > 0;
  }

  function mark() {
    for (const heading of headings) {
      const mine = words[heading.textContent.trim()] === sorted.by;
      if (mine) heading.setAttribute("aria-sort", sorted.descending ? "descending" : "ascending");
      else heading.removeAttribute("aria-sort");
    }
  }

  for (const heading of headings) {
    const button = document.createElement("button");
    button.type = "button";
    button.textContent = heading.textContent;
    heading.replaceChildren(button);
    button.addEventListener("click", () => {
      const by = words[button.textContent.trim()];
      // Numbers are asked for from the top.
      const from = by === "r" || by === "c";
      if (sorted.by !== by) sorted = { by, descending: from };
      else if (sorted.descending === from) sorted = { by, descending: !from };
      else sorted = { by: "", descending: false };
      mark();
      choose();
      write();
    });
  }
  let waiting = 0;
  form.addEventListener("input", () => {
    clearTimeout(waiting);
    waiting = setTimeout(() => { choose(); write(); }, 120);
  });
  form.addEventListener("submit", (event) => event.preventDefault());
  form.addEventListener("reset", () => setTimeout(() => { choose(); write(); }));
  more.querySelector("button").addEventListener("click", () => {
    const next = shown;
    shown += MOST;
    show();
    const row = matching[next];
    row.tabIndex = -1;
    row.focus({ preventScroll: true });
  });
  addEventListener("hashchange", () => { if (!read() && !location.hash.includes("=")) choose(); });

  // Paper has everything that matches, and nothing to open.
  let closed = [];
  addEventListener("beforeprint", () => {
    body.replaceChildren(...matching);
    closed = [...document.querySelectorAll("details:not([open])")];
    for (const one of closed) one.open = true;
  });
  addEventListener("afterprint", () => {
    for (const one of closed) one.open = false;
    show();
  });

  form.hidden = false;
  if (!read()) show();
})();
