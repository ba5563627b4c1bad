// Search as you type, and everything said about the chosen code beside the list.
"use strict";
(() => {
  const box = document.getElementById("q");
  const system = document.getElementById("system");
  const list = document.getElementById("hits");
  const count = document.getElementById("count");
  const detail = document.getElementById("detail");
  const words = document.body.dataset;
  const titles = JSON.parse(document.getElementById("titles").textContent);
  const fa = words.lang === "fa";
  const number = new Intl.NumberFormat(fa ? "fa-IR" : "en");
  let asked = 0;
  let chosen = -1;
  let waiting;

  const make = (tag, className, text) => {
    const element = document.createElement(tag);
    if (className) element.className = className;
    if (text !== undefined) element.textContent = text;
    return element;
  };

  const row = (hit) => {
    const item = make("li", hit.status === "retired" ? "retired" : "");
    item.setAttribute("role", "option");
    item.tabIndex = -1;
    item.dataset.system = hit.system;
    item.dataset.code = hit.code;
    const title = hit.stand_in_for ? hit.native_id : titles[hit.system] || hit.system;
    item.append(
      make("bdi", "code", hit.code),
      make("bdi", "name", hit.display),
      make("span", "system", hit.stand_in_for ? `${title} · ${words.standin}` : title),
    );
    return item;
  };

  const search = async () => {
    const mine = ++asked;
    const text = box.value.trim();
    const address = new URLSearchParams({ lang: words.lang });
    if (text) address.set("q", text);
    if (system.value) address.set("system", system.value);
    history.replaceState(null, "", `/?${address}`);
    if (!text) {
      list.replaceChildren();
      count.textContent = "";
      return;
    }
    address.set("limit", "50");
    try {
      const response = await fetch(`/api/search?${address}`);
      const answer = await response.json();
      if (mine !== asked) return; // a later key stroke has asked already
      if (!response.ok) {
        count.textContent = answer.error.message[words.lang];
        list.replaceChildren();
        return;
      }
      chosen = -1;
      list.replaceChildren(...answer.hits.map(row));
      count.textContent = answer.total ? `${number.format(answer.total)} ${words.found}` : words.nothing;
    } catch {
      if (mine === asked) count.textContent = fa ? "سرور پاسخ نمی‌دهد." : "The server does not answer.";
    }
  };

  const choose = (index) => {
    const items = [...list.children];
    if (!items.length) return;
    chosen = Math.max(0, Math.min(index, items.length - 1));
    items.forEach((item, n) => item.setAttribute("aria-selected", String(n === chosen)));
    items[chosen].scrollIntoView({ block: "nearest" });
  };

  const links = (title, concepts, systemId) => {
    if (!concepts.length) return [];
    const heading = make("h3", "", title);
    const items = make("ul");
    for (const concept of concepts.slice(0, 60)) {
      const item = make("li");
      const link = make("button", "link");
      link.append(make("bdi", "code", concept.code), " ", make("bdi", "", concept.display));
      link.addEventListener("click", () => show(systemId, concept.code));
      item.append(link);
      items.append(item);
    }
    return [heading, items];
  };

  const show = async (systemId, code) => {
    const response = await fetch(
      `/api/codesystems/${encodeURIComponent(systemId)}/concepts/${encodeURIComponent(code)}?lang=${words.lang}`,
    );
    const concept = await response.json();
    detail.hidden = false;
    if (!response.ok) {
      detail.replaceChildren(make("p", "", concept.error.message[words.lang]));
      return;
    }
    const heading = make("h2");
    heading.append(make("bdi", "code", concept.code), " ", make("bdi", "", concept.display));
    const copy = make("button", "link", fa ? "رونوشت کد" : "Copy code");
    copy.addEventListener("click", () => navigator.clipboard.writeText(concept.code));
    const parts = [heading, make("p", "quiet", titles[concept.system] || concept.system), copy];
    const other = fa ? concept.display_en : concept.display_fa;
    if (other && other !== concept.display) parts.push(make("p", "", other));
    parts.push(...links(fa ? "بالاتر" : "Above", concept.ancestors, systemId));
    if (concept.designations.length) {
      parts.push(make("h3", "", fa ? "نام‌های دیگر" : "Other names"));
      const names = make("ul");
      concept.designations.forEach((name) => names.append(make("li", "", name.value)));
      parts.push(names);
    }
    if (concept.properties.length) {
      parts.push(make("h3", "", fa ? "ویژگی‌ها" : "Properties"));
      const values = make("ul");
      concept.properties.forEach((value) => values.append(make("li", "", `${value.code}: ${value.value}`)));
      parts.push(values);
    }
    parts.push(...links(fa ? "زیرمجموعه" : "Below", concept.children, systemId));
    detail.replaceChildren(...parts);
    detail.scrollTop = 0;
  };

  box.addEventListener("input", () => {
    clearTimeout(waiting);
    waiting = setTimeout(search, 30);
  });
  system.addEventListener("change", search);
  box.form.addEventListener("submit", (event) => {
    event.preventDefault();
    const item = list.children[Math.max(chosen, 0)];
    if (item) show(item.dataset.system, item.dataset.code);
    else search();
  });
  box.addEventListener("keydown", (event) => {
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      choose(chosen + (event.key === "ArrowDown" ? 1 : -1));
    } else if (event.key === "Escape") {
      detail.hidden = true;
    }
  });
  list.addEventListener("click", (event) => {
    const item = event.target.closest("li");
    if (item) {
      choose([...list.children].indexOf(item));
      show(item.dataset.system, item.dataset.code);
    }
  });
})();
