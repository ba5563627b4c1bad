// The tree of a code system: branches come when they are asked for, arrows move among what is open.
"use strict";
(() => {
  const { piece } = window.termserver;

  const turn = async (button, open) => {
    const item = button.closest("li");
    let list = item.querySelector(":scope > ul");
    if (open && !list) {
      button.setAttribute("aria-busy", "true");
      try {
        const { ok, nodes } = await piece(button.dataset.tree);
        list = nodes.find((node) => node.nodeName === "UL");
        if (ok && list) item.append(list);
        else return;
      } catch {
        return;
      } finally {
        button.removeAttribute("aria-busy");
      }
    }
    if (list) list.hidden = !open;
    button.setAttribute("aria-expanded", String(open));
  };
  const shown = (element) => element.offsetParent !== null;
  document.addEventListener("click", (event) => {
    const button = event.target.closest(".turn");
    if (button) turn(button, button.getAttribute("aria-expanded") !== "true");
  });
  document.addEventListener("keydown", (event) => {
    const tree = event.target.closest?.(".tree");
    if (!tree || event.altKey || event.ctrlKey || event.metaKey) return;
    const item = event.target.closest("li");
    const button = item && item.querySelector(":scope > .turn");
    const inward = document.documentElement.dir === "rtl" ? "ArrowLeft" : "ArrowRight";
    const outward = inward === "ArrowLeft" ? "ArrowRight" : "ArrowLeft";
    const links = [...tree.querySelectorAll("li > a")].filter(shown);
    const here = links.indexOf(item && item.querySelector(":scope > a"));
    if (event.key === "ArrowDown") links[here + 1]?.focus();
    else if (event.key === "ArrowUp") links[here - 1]?.focus();
    else if (event.key === inward && button) turn(button, true);
    else if (event.key === outward && button && button.getAttribute("aria-expanded") === "true") turn(button, false);
    else if (event.key === outward) item.parentElement.closest("li")?.querySelector(":scope > a")?.focus();
    else return;
    event.preventDefault();
  });
})();
