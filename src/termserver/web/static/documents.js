// A file dropped anywhere on the page is judged; Ctrl+Enter judges the text. All else works without this.
"use strict";
(() => {
  const form = document.getElementById("judge");
  const file = document.getElementById("file");
  const text = document.getElementById("text");
  const limit = document.getElementById("limit");
  const button = form.querySelector("button");

  const fits = () => {
    const chosen = file.files[0];
    const size = chosen ? chosen.size : new Blob([text.value]).size;
    const right = size <= Number(form.dataset.limit);
    limit.classList.toggle("failure", !right);
    return right;
  };

  form.addEventListener("submit", (event) => {
    if (!fits()) {
      event.preventDefault();
      return;
    }
    button.textContent = form.dataset.judging;
    button.setAttribute("aria-busy", "true");
  });
  file.addEventListener("change", () => {
    if (file.files.length) form.requestSubmit();
  });
  text.addEventListener("input", () => {
    file.value = "";
    fits();
  });
  text.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) form.requestSubmit();
  });
  document.addEventListener("dragover", (event) => {
    event.preventDefault();
    document.body.classList.add("over");
  });
  document.addEventListener("dragleave", (event) => {
    if (!event.relatedTarget) document.body.classList.remove("over");
  });
  document.addEventListener("drop", (event) => {
    event.preventDefault();
    document.body.classList.remove("over");
    if (event.dataTransfer.files.length) {
      file.files = event.dataTransfer.files;
      form.requestSubmit();
    } else {
      text.value = event.dataTransfer.getData("text/plain");
    }
  });
  document.getElementById("to-object")?.addEventListener("click", () => {
    document.getElementById("object").open = true;
  });
  // what was judged is read first; coming back, the button says what it did
  document.getElementById("said")?.focus({ preventScroll: true });
  const said = button.textContent;
  window.addEventListener("pageshow", () => {
    button.textContent = said;
    button.removeAttribute("aria-busy");
  });
})();
