// The board: it draws itself anew, and a ticket that is dragged to a name is given to that person,
// by the same form as the button beside it. Without this script its links and forms do the same.
"use strict";

const EVERY = 20000;
let busy = false;
let again = false;

function state() {
  return document.getElementById("state");
}

async function redraw() {
  again = busy;
  if (busy || document.hidden || document.activeElement.tagName === "SELECT") return;
  busy = true;
  try {
    const answer = await fetch(location.href, { headers: { Accept: "text/html" } });
    if (answer.redirected || !answer.ok) return;
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const fresh = page.getElementById("board");
    if (fresh) {
      const told = state().textContent;
      const focused = document.activeElement.getAttribute("href");
      document.getElementById("board").replaceWith(fresh);
      state().textContent = told;
      if (focused) fresh.querySelector(`a[href="${CSS.escape(focused)}"]`)?.focus();
    }
  } finally {
    busy = false;
    if (again) redraw();
  }
}

// What the desk answers to what was done here is said here, too.
function listen() {
  const events = new EventSource("/events");
  events.addEventListener("said", (event) => {
    const said = new DOMParser().parseFromString(event.data, "text/html");
    const bubble = said.querySelector(".desk .text, .desk h2");
    if (bubble) state().textContent = bubble.textContent.trim();
    redraw();
  });
  events.addEventListener("over", () => location.reload());
}

async function give(form) {
  const answer = await fetch("/", {
    method: "POST", body: new FormData(form), headers: { Accept: "text/plain" },
  });
  if (!answer.ok) state().textContent = await answer.text();
}

document.addEventListener("submit", (event) => {
  if (!event.target.matches(".give")) return;
  event.preventDefault();
  give(event.target);
});
document.addEventListener("dragstart", (event) => {
  const row = event.target.closest("[data-ticket]");
  if (row) event.dataTransfer.setData("text/plain", row.dataset.ticket);
});
document.addEventListener("dragover", (event) => {
  const person = event.target.closest("[data-give]");
  if (!person) return;
  event.preventDefault();
  person.classList.add("over");
});
document.addEventListener("dragleave", (event) => {
  event.target.closest("[data-give]")?.classList.remove("over");
});
document.addEventListener("drop", (event) => {
  const person = event.target.closest("[data-give]");
  if (!person) return;
  event.preventDefault();
  person.classList.remove("over");
  const no = event.dataTransfer.getData("text/plain");
  const form = document.querySelector(`[data-ticket="${CSS.escape(no)}"] .give`);
  if (!form) return;
  form.querySelector("select").value = person.dataset.give;
  give(form);
});
setInterval(redraw, EVERY);
document.addEventListener("visibilitychange", redraw);
listen();
