// The chosen theme before anything is painted; without a choice the system's own.
"use strict";
(() => {
  let chosen = null;
  try {
    chosen = localStorage.getItem("termserver.theme");
  } catch {
    // no storage: the system's own theme
  }
  if (chosen === "dark" || chosen === "light") document.documentElement.dataset.theme = chosen;
  document.documentElement.classList.add("scripted");
})();
