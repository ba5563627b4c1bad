// What every page of the coder shares: basket, pins and recent codes (kept in this browser alone), copying, keys.
"use strict";
window.termserver = (() => {
  const words = document.body.dataset;
  const fa = words.lang !== "en";
  const format = new Intl.NumberFormat(fa ? "fa-IR" : "en");
  const MOST = { basket: 500, pinned: 50, recent: 12 };

  // ---- what is kept

  const read = (name) => {
    try {
      const kept = JSON.parse(localStorage.getItem(`termserver.${name}`) || "[]");
      return Array.isArray(kept) ? kept.filter((one) => one && one.system && one.code) : [];
    } catch {
      return [];
    }
  };
  const write = (name, items) => {
    try {
      localStorage.setItem(`termserver.${name}`, JSON.stringify(items.slice(0, MOST[name])));
    } catch {
      // a full or forbidden storage: the page works on without it
    }
    document.dispatchEvent(new CustomEvent("kept", { detail: name }));
  };
  const same = (a) => (b) => a.system === b.system && a.code === b.code;
  const holds = (name, item) => read(name).some(same(item));
  const put = (name, item) => write(name, [item, ...read(name).filter((one) => !same(item)(one))]);
  const drop = (name, item) => write(name, read(name).filter((one) => !same(item)(one)));
  const toggle = (name, item) => {
    const held = holds(name, item);
    if (held) drop(name, item);
    else if (name === "basket") write(name, [...read(name), item]);
    else put(name, item);
    return !held;
  };

  // ---- what is shown

  const make = (tag, attributes = {}, ...children) => {
    const element = document.createElement(tag);
    for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
    element.append(...children);
    return element;
  };
  const address = (system, code) =>
    `/concept/${encodeURIComponent(system)}/${encodeURIComponent(code)}${fa ? "" : "?lang=en"}`;
  const titleOf = (item) => (fa ? item.fa || item.en : item.en || item.fa) || "";
  const link = (item) => {
    const shown = make("a", { href: address(item.system, item.code) });
    shown.append(make("bdi", { class: "code", dir: "ltr" }, item.code), " ", make("bdi", {}, titleOf(item)));
    return shown;
  };
  let fading;
  const say = (text) => {
    const toast = document.getElementById("toast");
    toast.textContent = text;
    clearTimeout(fading);
    fading = setTimeout(() => (toast.textContent = ""), 2500);
  };
  const itemOf = (element) => {
    const { system, code, fa: persian = "", en = "" } = element.dataset;
    return { system, code, fa: persian, en };
  };

  const copy = async (text) => {
    try {
      await navigator.clipboard.writeText(text);
    } catch {
      // without a secure context there is no clipboard: the old way
      const field = make("textarea", { class: "unseen", readonly: "" });
      field.value = text;
      document.body.append(field);
      field.select();
      document.execCommand("copy");
      field.remove();
    }
    say(`${words.copied}: ${text.length > 60 ? `${text.slice(0, 60)}…` : text}`);
  };
  const save = (name, type, text) => {
    const held = URL.createObjectURL(new Blob([text], { type }));
    const anchor = make("a", { href: held, download: name });
    document.body.append(anchor);
    anchor.click();
    anchor.remove();
    setTimeout(() => URL.revokeObjectURL(held), 10000);
  };

  // ---- what can be done with a code, on its page, in the pane and in the list

  const act = (what, holder) => {
    const item = itemOf(holder);
    const picked = () => words.learns && navigator.sendBeacon("/picked", `${item.system}\n${item.code}`);
    if (what.startsWith("copy-") && what !== "copy-link") picked();
    if (what === "basket") {
      const added = toggle("basket", item);
      if (added) picked();
      say(`${added ? words.added : "−"} ${item.code}`);
    } else if (what === "pin") toggle("pinned", item);
    else if (what === "copy-code") copy(item.code);
    else if (what === "copy-title") copy(`${item.code} ${titleOf(item)}`);
    else if (what === "copy-coding") copy(holder.dataset.coding);
    else if (what === "copy-csv") copy(holder.dataset.csv);
    else if (what === "copy-link") copy(new URL(holder.dataset.link, location.href).href);
    else if (what === "print") window.print();
  };
  const refresh = (root = document) => {
    const name = (item) => `${item.system}|${item.code}`;
    const picked = { basket: new Set(read("basket").map(name)), pin: new Set(read("pinned").map(name)) };
    for (const button of root.querySelectorAll("[data-do=basket], [data-do=pin]")) {
      const holder = button.closest("[data-code]");
      if (!holder) continue;
      const basket = button.dataset.do === "basket";
      const held = picked[button.dataset.do].has(name(itemOf(holder)));
      button.setAttribute("aria-pressed", String(held));
      if (button.classList.contains("add")) button.textContent = held ? "✓" : "+";
      else if (basket) button.textContent = held ? words.added : words.add;
      else button.textContent = held ? words.unpin : words.pin;
    }
    const tally = document.getElementById("tally");
    const count = picked.basket.size;
    tally.hidden = !count;
    tally.textContent = format.format(count);
  };
  const wake = (root = document) => {
    for (const element of root.querySelectorAll(".js[hidden], .add[hidden]")) element.hidden = false;
    refresh(root);
  };
  document.addEventListener("kept", () => refresh());
  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-do]");
    const holder = button && button.closest("[data-code]");
    if (holder) act(button.dataset.do, holder);
  });

  // ---- pieces of pages from the server: markup made there, escaped there

  const piece = async (path, signal) => {
    const response = await fetch(path, { signal, headers: { accept: "text/html" } });
    if (!(response.headers.get("content-type") || "").startsWith("text/html")) throw new Error(String(response.status));
    const text = await response.text();
    const body = new DOMParser().parseFromString(text, "text/html").body;
    return { ok: response.ok, nodes: [...body.childNodes] };
  };

  // ---- keys

  const typing = (element) => element.closest?.("input:not([type=checkbox]):not([type=radio]), textarea, select");
  const go = (path) => location.assign(path + (fa ? "" : "?lang=en"));
  let before = "";
  document.addEventListener("keydown", (event) => {
    if (event.defaultPrevented || event.altKey || event.ctrlKey || event.metaKey || typing(event.target)) return;
    const chord = before + event.key;
    before = event.key === "g" ? "g" : "";
    const box = document.getElementById("q");
    const holder = event.target.closest?.("[data-code]") || document.querySelector("#main article[data-code]");
    if (chord === "gb") go("/basket");
    else if (chord === "gs") go("/");
    else if (chord === "gl") go("/browse");
    else if (event.key === "/") {
      if (box) box.focus(), box.select();
      else go("/");
    } else if (event.key === "?") go("/help");
    else if (holder && event.key === "b") act("basket", holder);
    else if (holder && event.key === "p") act("pin", holder);
    else if (holder && event.key === "c") act("copy-code", holder);
    else return;
    event.preventDefault();
  });

  // ---- this page

  const theme = document.getElementById("theme");
  theme.hidden = false;
  theme.addEventListener("click", () => {
    const dark = getComputedStyle(document.documentElement).getPropertyValue("--is-dark").trim() === "1";
    document.documentElement.dataset.theme = dark ? "light" : "dark";
    try {
      localStorage.setItem("termserver.theme", dark ? "light" : "dark");
    } catch {
      // not kept, still switched
    }
  });
  const own = document.querySelector(".concept-page article[data-code]");
  if (own) put("recent", itemOf(own));
  for (const field of document.querySelectorAll("[data-narrow]")) {
    field.addEventListener("input", () => {
      const text = field.value.trim().toLowerCase();
      for (const row of document.querySelectorAll(field.dataset.narrow))
        row.hidden = !row.textContent.toLowerCase().includes(text);
    });
  }
  for (const choice of document.querySelectorAll("select[data-submit]"))
    choice.addEventListener("change", () => {
      for (const other of choice.form.querySelectorAll("select:not([data-submit])")) other.disabled = true;
      choice.form.submit();
    });
  window.addEventListener("storage", () => document.dispatchEvent(new CustomEvent("kept")));
  wake();

  return { read, write, put, drop, itemOf, titleOf, link, make, say, copy, save, piece, wake, words, fa };
})();
