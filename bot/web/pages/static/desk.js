// The chat page: what is typed, pressed or dropped is posted without leaving the page, and what the
// desk says comes by server-sent events. Without this script the page's forms do the same.
"use strict";

const log = document.getElementById("log");
const state = document.getElementById("state");
const say = document.getElementById("say");
const text = document.getElementById("text");
const KEPT = "deskbot-typed";

function tell(kind, words) {
  state.textContent = words || state.dataset[kind] || "";
  state.classList.toggle("bad", kind !== "busy" && kind !== "copied" && kind !== "");
}

// What was typed and not sent outlives a reload.
text.value = text.value || sessionStorage.getItem(KEPT) || "";
text.addEventListener("input", () => sessionStorage.setItem(KEPT, text.value));

function drop(bubble) {
  const holder = document.createElement("template");
  holder.innerHTML = bubble;
  return holder.content.querySelector("article");
}

function toEnd() {
  log.scrollTop = log.scrollHeight;
}

function number() {
  for (const old of log.querySelectorAll("kbd")) old.remove();
  const all = [...log.querySelectorAll(".bubble.desk")].reverse();
  const last = all.find((bubble) => bubble.querySelector("button"));
  if (!last) return;
  const buttons = [...last.querySelectorAll("button:not([disabled])")].slice(0, 9);
  buttons.forEach((button, place) => {
    const key = document.createElement("kbd");
    key.textContent = place + 1;
    key.setAttribute("aria-hidden", "true");
    button.setAttribute("aria-keyshortcuts", `Alt+${place + 1}`);
    button.prepend(key);
  });
}

function show(html) {
  const bubble = drop(html);
  const there = document.getElementById(bubble.id);
  if (there) {
    there.replaceWith(bubble);
    if (!("onlyThere" in bubble.dataset)) bubble.scrollIntoView({ block: "nearest" });
  } else if (!("onlyThere" in bubble.dataset)) {
    log.append(bubble);
    // Of what is longer than the page its beginning is read first.
    if (bubble.offsetHeight > log.clientHeight) bubble.scrollIntoView({ block: "start" });
    else toEnd();
  }
  number();
}

function spend(id) {
  const bubble = document.getElementById(`m-${id}`);
  for (const one of bubble ? bubble.querySelectorAll(".buttons, .options, .date") : []) one.remove();
  number();
}

let after = log.dataset.after;
function listen() {
  const events = new EventSource(`/events?after=${after}`);
  events.addEventListener("hello", (event) => {
    tell("");
    if (event.data !== log.dataset.version) tell("renewed");
  });
  events.addEventListener("said", (event) => { tell(""); show(event.data); });
  events.addEventListener("spent", (event) => spend(event.data));
  events.addEventListener("busy", () => tell("busy"));
  events.addEventListener("seen", (event) => { after = event.lastEventId; });
  events.addEventListener("over", () => { events.close(); tell("over"); });
  events.onerror = () => {
    tell("lost");
    if (events.readyState === EventSource.CLOSED) setTimeout(listen, 3000);
  };
}

async function post(data) {
  data.set("id", crypto.randomUUID ? crypto.randomUUID() : data.get("id") || "");
  data.set("csrf", say.elements.csrf.value);
  try {
    const answer = await fetch("/", { method: "POST", body: data, headers: { Accept: "text/plain" } });
    if (answer.ok) return true;
    tell("notSent", await answer.text());
  } catch {
    tell("notSent");
  }
  return false;
}

async function sendText() {
  const typed = text.value;
  const number = /^#([1-9])$/.exec(typed.trim());
  if (number && press(Number(number[1]))) { keep(""); return; }
  if (!typed.trim()) return;
  const data = new FormData();
  data.set("text", typed);
  keep("");
  if (!(await post(data))) keep(typed);
}

function keep(words) {
  text.value = words;
  sessionStorage.setItem(KEPT, words);
}

async function sendFiles(files) {
  for (const file of files) {
    const data = new FormData();
    data.set("text", text.value);
    data.set("file", file, file.name);
    if (!(await post(data))) return;
    keep("");
  }
}

function press(place) {
  const key = [...log.querySelectorAll("kbd")].find((one) => Number(one.textContent) === place);
  if (key) key.closest("button").click();
  return Boolean(key);
}

say.addEventListener("submit", (event) => {
  event.preventDefault();
  sendText();
});

text.addEventListener("keydown", (event) => {
  if (event.key === "Enter" && !event.shiftKey && !event.isComposing) {
    event.preventDefault();
    sendText();
  }
  if (event.key === "Escape") text.blur();
});

document.addEventListener("keydown", (event) => {
  const typing = /^(INPUT|TEXTAREA|SELECT)$/.test(document.activeElement.tagName);
  const digit = /^Digit([1-9])$/.exec(event.code);
  if (digit && !event.ctrlKey && !event.metaKey && (event.altKey || !typing)) {
    if (press(Number(digit[1]))) event.preventDefault();
  } else if (!typing && event.key.length === 1 && !event.ctrlKey && !event.metaKey && !event.altKey) {
    text.focus();
  }
});

log.addEventListener("submit", async (event) => {
  event.preventDefault();
  const button = event.submitter;
  const data = new FormData(event.target, button);
  if (data.has("pick") && !data.get("picked")) return;
  button.setAttribute("aria-busy", "true");
  await post(data);
  button.removeAttribute("aria-busy");
  text.focus({ preventScroll: true });
});

log.addEventListener("click", async (event) => {
  const copy = event.target.closest("[data-copy]");
  if (!copy) return;
  await navigator.clipboard.writeText(copy.dataset.copy);
  tell("copied");
});

document.addEventListener("dragover", (event) => {
  event.preventDefault();
  document.body.classList.add("dropping");
});
document.addEventListener("dragleave", () => document.body.classList.remove("dropping"));
document.addEventListener("drop", (event) => {
  event.preventDefault();
  document.body.classList.remove("dropping");
  sendFiles(event.dataTransfer.files);
});
document.addEventListener("paste", (event) => {
  if (!event.clipboardData.files.length) return;
  event.preventDefault();
  sendFiles(event.clipboardData.files);
});
say.elements.file.addEventListener("change", async () => {
  await sendFiles([...say.elements.file.files]);
  say.elements.file.value = "";
});

number();
toEnd();
listen();
