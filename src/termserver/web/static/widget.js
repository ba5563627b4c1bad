// A box that finds codes, for any page: <script src="https://…/widget.js" defer></script>
// <input data-termserver data-system="icd10" data-lang="fa" data-code-field="diagnosis_code">
// Combobox after WAI-ARIA 1.2 (list autocomplete); no framework, nothing but this server is asked.
"use strict";
(() => {
  if (window.termserverWidget) return;
  const script = document.currentScript;
  const home = (script && script.dataset.server) || (script ? new URL(script.src).origin : location.origin);
  const WORDS = {
    fa: { found: "یافته؛ با پیکان‌ها برگزینید", none: "چیزی پیدا نشد", failed: "سرور کد پاسخ نمی‌دهد", retired: "بازنشسته" },
    en: { found: "found; use the arrow keys", none: "Nothing found", failed: "The code server does not answer", retired: "retired" },
  };
  const STYLE = `
.termserver-list{position:absolute;z-index:2147483000;box-sizing:border-box;margin:2px 0 0;padding:4px;list-style:none;
max-height:20rem;overflow:auto;background:#fff;color:#17212b;border:1px solid #7c8b99;border-radius:8px;
box-shadow:0 6px 24px rgba(0,0,0,.18);font:inherit;line-height:1.5}
.termserver-list[hidden]{display:none}
.termserver-list li{display:flex;gap:.7em;align-items:baseline;padding:.3em .6em;border-radius:5px;cursor:pointer}
.termserver-list li[aria-selected=true]{background:#d7eeec;outline:2px solid #0b6e6e;outline-offset:-2px}
.termserver-list b{font-family:ui-monospace,Consolas,monospace;color:#0b5c5c;direction:ltr;unicode-bidi:isolate}
.termserver-list small{margin-inline-start:auto;color:#52616f;white-space:nowrap}
.termserver-said{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%);white-space:nowrap}
@media (prefers-color-scheme:dark){.termserver-list.auto{background:#182028;color:#e6edf3}
.termserver-list.auto li[aria-selected=true]{background:#17363a}.termserver-list.auto b{color:#6fd3cd}.termserver-list.auto small{color:#a9b7c4}}`;
  const dress = () => {
    try {
      const sheet = new CSSStyleSheet(); // allowed where a policy forbids style elements
      sheet.replaceSync(STYLE);
      document.adoptedStyleSheets = [...document.adoptedStyleSheets, sheet];
    } catch {
      const style = document.createElement("style");
      style.textContent = STYLE;
      document.head.append(style);
    }
  };
  let count = 0;

  const attach = (input) => {
    if (input.dataset.termserverReady) return;
    input.dataset.termserverReady = "1";
    const set = input.dataset;
    const language = set.lang === "en" ? "en" : "fa";
    const words = WORDS[language];
    const id = `termserver-${++count}`;
    const list = document.createElement("ul");
    list.id = id;
    list.hidden = true;
    list.dir = language === "fa" ? "rtl" : "ltr";
    list.className = `termserver-list${set.theme === "auto" ? " auto" : ""}`;
    list.setAttribute("role", "listbox");
    const label = input.labels && input.labels[0] ? input.labels[0].textContent.trim() : input.getAttribute("aria-label");
    list.setAttribute("aria-label", label || "codes");
    const said = document.createElement("div");
    said.className = "termserver-said";
    said.setAttribute("role", "status");
    document.body.append(list, said);
    for (const [name, value] of Object.entries({
      role: "combobox", autocomplete: "off", spellcheck: "false",
      "aria-autocomplete": "list", "aria-expanded": "false", "aria-controls": id, "aria-haspopup": "listbox",
    })) input.setAttribute(name, value);
    let field = null;
    if (set.codeField) {
      field = input.form && input.form.elements[set.codeField];
      if (!field) {
        field = document.createElement("input");
        field.type = "hidden";
        field.name = set.codeField;
        input.after(field);
      }
    }
    let hits = [];
    let at = -1;
    let asked = null;
    let waiting;

    const place = () => {
      const box = input.getBoundingClientRect();
      list.style.top = `${box.bottom + window.scrollY}px`;
      list.style.left = `${box.left + window.scrollX}px`;
      list.style.width = `${Math.max(box.width, Math.min(320, window.innerWidth - 16))}px`;
    };
    const close = () => {
      list.hidden = true;
      at = -1;
      input.setAttribute("aria-expanded", "false");
      input.removeAttribute("aria-activedescendant");
    };
    const choose = (n) => {
      const items = list.children;
      if (!items.length) return;
      at = (n + items.length) % items.length;
      for (let i = 0; i < items.length; i++) items[i].setAttribute("aria-selected", String(i === at));
      items[at].scrollIntoView({ block: "nearest" });
      input.setAttribute("aria-activedescendant", items[at].id);
    };
    const forget = () => {
      if (field) field.value = "";
    };
    const pick = (hit) => {
      input.value = hit.display;
      if (field) field.value = hit.code;
      close();
      const detail = { system: hit.native_id || hit.system, code: hit.code, display: hit.display };
      input.dispatchEvent(new CustomEvent("termserver:pick", { bubbles: true, detail }));
      input.dispatchEvent(new Event("change", { bubbles: true }));
    };
    const show = (answer) => {
      hits = answer.hits || [];
      list.replaceChildren(
        ...hits.map((hit, n) => {
          const item = document.createElement("li");
          item.id = `${id}-${n}`;
          item.setAttribute("role", "option");
          item.setAttribute("aria-selected", "false");
          const code = document.createElement("b");
          code.textContent = hit.code;
          const name = document.createElement("bdi");
          name.textContent = hit.display;
          item.append(code, name);
          if (hit.status === "retired") {
            const note = document.createElement("small");
            note.textContent = words.retired;
            item.append(note);
          }
          return item;
        }),
      );
      at = -1;
      list.hidden = !hits.length;
      input.setAttribute("aria-expanded", String(Boolean(hits.length)));
      input.removeAttribute("aria-activedescendant");
      said.textContent = hits.length ? `${answer.total} ${words.found}` : words.none;
      if (hits.length) {
        place();
        requestAnimationFrame(place); // a scrollbar may have come or gone
      }
    };
    const search = async () => {
      asked?.abort();
      const text = input.value.trim();
      if (text.length < Number(set.least || 1)) return close();
      const mine = (asked = new AbortController());
      const query = new URLSearchParams({ q: text.slice(0, 200), lang: language, limit: set.limit || "12" });
      for (const system of (set.system || "").split(/[\s,]+/)) if (system) query.append("system", system);
      try {
        const response = await fetch(`${home}/api/search?${query}`, { signal: mine.signal, credentials: "omit" });
        if (!response.ok) throw new Error(String(response.status));
        show(await response.json());
      } catch (error) {
        if (error.name === "AbortError") return;
        close();
        said.textContent = words.failed;
      }
    };
    input.addEventListener("input", () => {
      forget();
      clearTimeout(waiting);
      waiting = setTimeout(search, 40);
    });
    input.addEventListener("keydown", (event) => {
      if (event.key === "ArrowDown" || event.key === "ArrowUp") {
        if (list.hidden) search();
        else choose(at + (event.key === "ArrowDown" ? 1 : at < 0 ? 0 : -1));
        event.preventDefault();
      } else if (event.key === "Enter" && !list.hidden && at >= 0) {
        pick(hits[at]);
        event.preventDefault();
      } else if (event.key === "Escape" && !list.hidden) {
        close();
        event.preventDefault();
      } else if (event.key === "Tab") close();
    });
    input.addEventListener("blur", () => setTimeout(close, 150));
    list.addEventListener("mousedown", (event) => event.preventDefault()); // the box keeps the focus
    list.addEventListener("click", (event) => {
      const item = event.target.closest("li");
      if (item) pick(hits[[...list.children].indexOf(item)]);
    });
    window.addEventListener("resize", () => list.hidden || place());
  };

  const attachAll = (root = document) => root.querySelectorAll("input[data-termserver]").forEach(attach);
  dress();
  if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", () => attachAll());
  else attachAll();
  window.termserverWidget = { attach, attachAll };
})();
