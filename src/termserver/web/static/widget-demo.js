// The demo page shows what a pick hands over.
"use strict";
document.addEventListener("termserver:pick", (event) => {
  document.getElementById("picked-coding").textContent = JSON.stringify(event.detail);
});
