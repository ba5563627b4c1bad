// The editor's table: each row is judged while it is typed, and another empty one is a click away.
"use strict";
(() => {
  const form = document.getElementById("rows");
  if (!form) return;
  const fa = document.documentElement.lang !== "en";
  const timers = new Map();

  const show = (row, answer) => {
    const says = document.getElementById(`says-${row.dataset.row}`);
    const wrong = answer.remarks.some((one) => one.severity === "error");
    row.classList.toggle("changed", answer.changed);
    row.classList.toggle("wrong", wrong);
    const list = document.createElement("ul");
    for (const one of answer.remarks) {
      const item = document.createElement("li");
      item.className = one.severity;
      const rule = document.createElement("code");
      rule.dir = "ltr";
      rule.textContent = one.rule;
      item.append((fa && one.message.fa) || one.message.en || one.message.fa, " ", rule);
      list.append(item);
    }
    says.firstElementChild.replaceChildren(list);
    says.hidden = !answer.remarks.length || !answer.changed;
    const named = new Set(answer.remarks.map((one) => one.column));
    for (const input of row.querySelectorAll("input:not([type=hidden])")) {
      const bad = named.has(input.name.split(".")[0]) && answer.changed;
      input.classList.toggle("marked", bad);
      if (bad) {
        input.setAttribute("aria-invalid", "true");
        input.setAttribute("aria-describedby", says.id);
      } else {
        input.removeAttribute("aria-invalid");
        input.removeAttribute("aria-describedby");
      }
    }
  };

  const check = async (row) => {
    const said = new URLSearchParams({ token: form.elements.token.value, proposal: form.elements.proposal.value });
    for (const input of row.querySelectorAll("[name]")) if (!input.name.startsWith("old.")) said.set(input.name, input.value);
    try {
      const answer = await fetch(form.dataset.check, { method: "POST", body: said });
      if (answer.ok) show(row, await answer.json());
    } catch {
      // saving judges it again
    }
  };

  form.addEventListener("input", (event) => {
    const row = event.target.closest("tr.row");
    if (!row) return;
    clearTimeout(timers.get(row));
    timers.set(row, setTimeout(() => check(row), 250));
  });

  const add = document.getElementById("add-row");
  const fresh = document.getElementById("fresh");
  let count = fresh.querySelectorAll("tr.row").length;
  add.hidden = false;
  add.addEventListener("click", () => {
    count += 1;
    const last = fresh.lastElementChild;
    const copies = [last.previousElementSibling, last].map((row) => row.cloneNode(true));
    const old = copies[0].dataset.row;
    copies[0].dataset.row = `n${count}`;
    copies[0].classList.remove("changed", "wrong");
    copies[1].id = `says-n${count}`;
    copies[1].hidden = true;
    for (const input of copies[0].querySelectorAll("[name]")) {
      input.name = input.name.replace(`.${old}`, `.n${count}`);
      input.value = "";
      input.classList.remove("marked");
      input.removeAttribute("aria-invalid");
      input.removeAttribute("aria-describedby");
    }
    fresh.append(...copies);
    copies[0].querySelector("input:not([type=hidden])").focus();
  });
})();
