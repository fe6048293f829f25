// A long form: whatever is changed is kept at once, so leaving the page loses nothing. Without this
// script it is kept when it is saved.
"use strict";

const form = document.getElementById("form");
const state = document.getElementById("state");
let waiting = 0;

async function keep() {
  const data = new FormData(form);
  data.delete("save");
  try {
    const answer = await fetch(location.pathname, {
      method: "POST", body: data, headers: { Accept: "text/plain" }, keepalive: true,
    });
    state.textContent = answer.ok ? state.dataset.kept : await answer.text();
  } catch {
    state.textContent = state.dataset.notKept;
  }
}

function later() {
  clearTimeout(waiting);
  waiting = setTimeout(keep, 1500);
}

form.addEventListener("input", later);
form.addEventListener("change", later);
form.addEventListener("submit", () => clearTimeout(waiting));
addEventListener("pagehide", () => {
  if (waiting) keep();
});
