// Search as you type: the server sends the list as markup; the chosen code opens beside it.
"use strict";
(() => {
  const { put, read, itemOf, link, make, piece, wake } = window.termserver;
  const form = document.getElementById("ask");
  const box = document.getElementById("q");
  const answer = document.getElementById("answer");
  const detail = document.getElementById("detail");
  const front = document.getElementById("front");
  const kept = document.getElementById("kept");
  const wide = window.matchMedia("(min-width: 64rem)");
  let asking = null;
  let looking = null;
  let waiting;
  let resting;

  // ---- the list

  const question = () => {
    const asked = new URLSearchParams();
    for (const [name, value] of new FormData(form)) if (value.trim()) asked.set(name, value.trim());
    return asked;
  };
  const FILTERS = ["system", "chapter", "under", "on", "value_set"];
  const fill = async (asked, tries = 0) => {
    asking?.abort();
    const mine = (asking = new AbortController());
    history.replaceState(null, "", asked.toString() ? `/?${asked}` : "/");
    relink(asked);
    if (front) front.hidden = asked.has("q");
    if (!asked.has("q")) {
      answer.replaceChildren();
      close();
      return;
    }
    asked.set("piece", "answer");
    try {
      const { nodes } = await piece(`/?${asked}`, mine.signal);
      answer.replaceChildren(...nodes);
      wake(answer);
    } catch (error) {
      if (error.name === "AbortError" || mine !== asking) return;
      answer.replaceChildren(make("p", { class: "failure", role: "alert" }, answer.dataset.failed));
      if (tries < 5) setTimeout(() => mine === asking && fill(question(), tries + 1), 1000);
    }
  };
  const relink = (asked) => {
    // the language switch keeps what was asked
    const language = document.getElementById("language");
    const there = new URLSearchParams(asked);
    if (language.hreflang === "en") there.set("lang", "en");
    else there.delete("lang");
    language.href = there.toString() ? `/?${there}` : "/";
  };
  const search = () => fill(question());
  box.addEventListener("input", () => {
    clearTimeout(waiting);
    waiting = setTimeout(search, 15);
  });
  form.addEventListener("change", (event) => {
    if (event.target === form.elements.system) form.elements.chapter.value = "";
    if (event.target !== box) search();
  });
  answer.addEventListener("click", (event) => {
    const jump = event.target.closest(".facets a, .pages a, .kept-to a");
    if (!jump || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    const asked = new URL(jump.href).searchParams;
    for (const name of FILTERS) form.elements[name].value = asked.get(name) || "";
    fill(asked);
    if (jump.closest(".pages")) form.scrollIntoView();
    box.focus({ preventScroll: true });
  });

  // ---- the code beside it

  const links = () => [...answer.querySelectorAll(".hit > a")];
  const close = () => {
    looking?.abort();
    detail.hidden = true;
    detail.replaceChildren();
    for (const item of answer.querySelectorAll(".chosen")) item.classList.remove("chosen");
  };
  const show = async (path, item) => {
    looking?.abort();
    const mine = (looking = new AbortController());
    for (const other of answer.querySelectorAll(".chosen")) other.classList.remove("chosen");
    item?.classList.add("chosen");
    try {
      const { nodes } = await piece(path + (path.includes("?") ? "&" : "?") + "piece=pane", mine.signal);
      detail.replaceChildren(...nodes);
      detail.hidden = false;
      detail.scrollTop = 0;
      wake(detail);
      const shown = detail.querySelector("article[data-code]");
      if (shown) {
        clearTimeout(resting);
        resting = setTimeout(() => put("recent", itemOf(shown)), 1500); // looked at, not passed over
      }
    } catch (error) {
      if (error.name !== "AbortError") location.assign(path);
    }
  };
  const pathOf = (anchor) => anchor.getAttribute("href");
  document.querySelector(".desk").addEventListener("click", (event) => {
    if (event.ctrlKey || event.metaKey || event.shiftKey || event.button) return;
    if (event.target.closest("[data-do=close]")) {
      close();
      box.focus();
      return;
    }
    const anchor = event.target.closest(".hit > a, #detail .tree a, #detail .uses a, #detail .elsewhere a");
    if (!anchor || !wide.matches) return; // on a small screen the link leads to the page itself
    event.preventDefault();
    clearTimeout(waiting); // what the focus would show soon is shown now
    const opened = show(pathOf(anchor), anchor.closest(".hit"));
    if (!event.detail) opened.then(() => detail.hidden || detail.focus()); // opened by the keyboard, read by it
  });
  answer.addEventListener("focusin", (event) => {
    const anchor = event.target.closest(".hit > a");
    if (!anchor || !wide.matches) return;
    clearTimeout(waiting);
    waiting = setTimeout(() => document.activeElement === anchor && show(pathOf(anchor), anchor.closest(".hit")), 90);
  });

  // ---- keys

  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    clearTimeout(waiting);
    await search();
    const first = links()[0];
    if (!first) return;
    if (wide.matches) show(pathOf(first), first.closest(".hit"));
    else location.assign(pathOf(first));
  });
  box.addEventListener("keydown", (event) => {
    if (event.key === "ArrowDown") {
      event.preventDefault();
      links()[0]?.focus();
    } else if (event.key === "Escape") {
      event.preventDefault();
      if (!detail.hidden) close();
      else if (box.value) {
        box.value = "";
        search();
      }
    }
  });
  answer.addEventListener("keydown", (event) => {
    const all = links();
    const here = all.indexOf(event.target.closest(".hit")?.querySelector("a"));
    if (here < 0) return;
    if (event.key === "ArrowDown") all[Math.min(here + 1, all.length - 1)].focus();
    else if (event.key === "ArrowUp") (here ? all[here - 1] : box).focus();
    else if (event.key === "Home") all[0].focus();
    else if (event.key === "End") all[all.length - 1].focus();
    else return;
    event.preventDefault();
  });
  document.addEventListener("keydown", (event) => {
    // why each hit stands where it does
    if (event.key === "e" && !event.ctrlKey && !event.metaKey && !event.altKey && !event.target.closest("input, select"))
      document.body.classList.toggle("explained");
    if (event.key !== "Escape" || event.defaultPrevented || event.target === box) return;
    const from = detail.contains(event.target) && answer.querySelector(".chosen > a");
    if (from) close();
    (from || box).focus();
  });

  // ---- what was looked at before

  const shelve = () => {
    if (!kept) return;
    const groups = ["pinned", "recent"].filter((name) => read(name).length);
    kept.replaceChildren(
      ...groups.map((name) => {
        const list = make("ul", {}, ...read(name).slice(0, 12).map((item) => make("li", {}, link(item))));
        return make("section", {}, make("h2", {}, kept.dataset[name]), list);
      }),
    );
    kept.hidden = !groups.length;
  };
  document.addEventListener("kept", shelve);
  shelve();
  relink(question());
  box.setSelectionRange?.(box.value.length, box.value.length);
})();
