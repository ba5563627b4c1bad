// The basket page: what this browser keeps, as a table, as text, as files.
"use strict";
(() => {
  const { read, write, drop, link, make, copy, save, words } = window.termserver;
  const page = document.getElementById("basket");
  const table = document.getElementById("picked");
  const body = table.tBodies[0];
  const nothing = document.getElementById("nothing");
  const doing = document.getElementById("doing");
  const lent = page.dataset.filled === "1"; // a basket that came with the address is shown, not kept

  const systems = {};
  const items = () =>
    lent ? [...body.rows].map((row) => window.termserver.itemOf(row)) : read("basket");

  const draw = () => {
    const all = items();
    table.hidden = doing.hidden = !all.length;
    nothing.hidden = Boolean(all.length);
    if (lent) return;
    body.replaceChildren(
      ...all.map((item) => {
        const remove = make("button", { type: "button", "aria-label": `${page.dataset.remove} ${item.code}` }, "×");
        remove.addEventListener("click", () => drop("basket", item));
        const code = link({ ...item, fa: "", en: "" });
        return make(
          "tr",
          { "data-system": item.system, "data-code": item.code },
          make("td", {}, code),
          make("td", {}, make("bdi", {}, item.fa || "")),
          make("td", {}, make("bdi", {}, item.en || "")),
          make("td", { class: "quiet" }, (systems[item.system] || {}).title || item.system),
          make("td", { class: "screen" }, remove),
        );
      }),
    );
  };
  // titles and canonical addresses of the systems, from the server that also gave the codes
  const learn = async () => {
    if (!items().length) return;
    try {
      const answer = await (await fetch("/api/codesystems")).json();
      for (const one of answer.codesystems)
        systems[one.id] = { url: one.url, title: one.title[words.lang] || one.title.en || one.title.fa };
      draw();
    } catch {
      // the ids do as well
    }
  };

  const cell = (text) => {
    const safe = /^[=+\-@]/.test(text) ? `'${text}` : text; // no spreadsheet takes it for a formula
    return /[",\r\n]/.test(safe) ? `"${safe.replace(/"/g, '""')}"` : safe;
  };
  const COLUMNS = ["system", "code", "display_fa", "display_en"];
  const cells = (item) => [item.system, item.code, item.fa || "", item.en || ""];
  const does = {
    "copy-codes": () => copy(items().map((item) => item.code).join("\n")),
    "copy-table": () => copy(items().map((item) => cells(item).join("\t")).join("\n")),
    csv: () => {
      const rows = [COLUMNS, ...items().map(cells)].map((row) => row.map(cell).join(","));
      save("codes.csv", "text/csv;charset=utf-8", `\ufeff${rows.join("\r\n")}\r\n`);
    },
    json: () => {
      const codes = items().map((item) => Object.fromEntries(COLUMNS.map((name, n) => [name, cells(item)[n]])));
      save("codes.json", "application/json", JSON.stringify({ codes }, null, 2));
    },
    fhir: () => {
      const coding = items().map((item) => ({
        system: (systems[item.system] || {}).url || item.system,
        code: item.code,
        display: window.termserver.titleOf(item),
      }));
      save("codes.json", "application/json", JSON.stringify({ coding }, null, 2));
    },
    share: () => {
      const asked = new URLSearchParams(items().map((item) => ["c", `${item.system}|${item.code}`]));
      copy(`${location.origin}/basket?${asked}`);
    },
    print: () => window.print(),
    clear: () => {
      if (!window.confirm(page.dataset.sure)) return;
      if (lent) location.assign("/basket");
      else write("basket", []);
    },
  };
  page.addEventListener("click", (event) => {
    const button = event.target.closest("[data-basket]");
    if (button) does[button.dataset.basket]();
  });
  document.addEventListener("kept", draw);
  draw();
  learn();
})();
