// Wishes: forms, sending, and what became of each.

import * as words from "/page/words.js";

const LONGEST = 140;
let token = null;

async function session() {
  const response = await fetch("/api/session");
  if (response.status === 401) location.assign("/login");
  const body = await response.json();
  token = body.csrf;
  return body;
}

export async function setUpLogout(button) {
  const body = await session().catch(() => ({ login: false }));
  button.hidden = !body.login;
  button.addEventListener("click", async () => {
    await post("/logout", {});
    location.assign("/login");
  });
}

async function post(url, body) {
  for (let attempt = 0; ; attempt += 1) {
    if (token === null) await session();
    const response = await fetch(url, {
      method: "POST",
      headers: { "content-type": "application/json", "x-csrf-token": token },
      body: JSON.stringify(body),
    });
    // After a restart the server has new tokens: once more with one of those.
    if (response.status !== 403 || attempt) return response;
    token = null;
  }
}

async function send(wish) {
  try {
    const response = await post("/api/commands", wish);
    if (response.status === 202) return { sent: true, words: "Sent." };
    if (response.status === 401) location.assign("/login");
    const body = await response.json().catch(() => ({}));
    return { sent: false, words: `Not sent: ${body.reason || `the monitor said ${response.status}`}.` };
  } catch {
    return { sent: false, words: "Not sent: the monitor cannot be reached." };
  }
}

// The forms in `place`; `to` gives {group, runner} when something is sent.
export class Wishes {
  constructor(place, to) {
    place.append(document.getElementById("wishes-template").content.cloneNode(true));
    this.place = place;
    this.to = to;
    this.verdict = place.querySelector(".verdict");
    this.consent = place.querySelector(".consent");
    for (const form of place.querySelectorAll("form")) {
      form.addEventListener("submit", (event) => this.onSubmit(event));
    }
    const text = place.querySelector("textarea");
    const left = place.querySelector(".left");
    const count = () => {
      left.textContent = `${LONGEST - text.value.length} left`;
      left.classList.toggle("over", text.value.length > LONGEST);
    };
    text.addEventListener("input", count);
    text.addEventListener("keydown", (event) => {
      if (event.key === "Enter" && !event.shiftKey) {
        event.preventDefault();
        text.form.requestSubmit();
      }
    });
    count();
    this.count = count;
  }

  async onSubmit(event) {
    event.preventDefault();
    const form = event.target;
    const command = form.dataset.command;
    const wish = { ...this.to(), command };
    if (command === "mode") wish[event.submitter.name] = event.submitter.value === "true";
    else if (command === "say") wish.text = form.elements.text.value.trim();
    else {
      const field = form.elements.target_spm;
      if (field.value.trim() === "" || Number.isNaN(field.valueAsNumber)) {
        this.say(false, "Not sent: write a number of steps per minute.");
        field.focus();
        return;
      }
      wish.target_spm = field.valueAsNumber;
    }
    const answer = await send(wish);
    this.say(answer.sent, answer.words);
    if (answer.sent && command === "say") {
      form.reset();
      this.count();
    }
  }

  say(sent, text) {
    this.verdict.className = sent ? "verdict" : "verdict bad";
    this.verdict.textContent = "";
    // The same words again are news, too.
    requestAnimationFrame(() => (this.verdict.textContent = text));
  }

  show(allow, online) {
    const text = words.consentWords(allow, online);
    this.consent.hidden = !text;
    if (this.consent.textContent !== text) this.consent.textContent = text;
  }
}

export function drawOrders(list, orders, nowS, alone) {
  const rows = orders.map((order) => {
    const row = document.createElement("li");
    const state = words.orderWords(order, alone);
    const head = document.createElement("p");
    const what = document.createElement("bdi");
    what.textContent = order.text;
    const to = document.createElement("span");
    to.className = "muted";
    to.textContent = ` to ${state.to}, ${words.duration(nowS - order.sent_s)} ago`;
    head.append(what, to);
    const said = document.createElement("p");
    said.className = "state";
    said.textContent = state.state;
    row.dataset.state = worst(order);
    row.append(head, said);
    for (const text of answerLines(order, alone)) {
      const p = document.createElement("p");
      p.className = "answer";
      p.textContent = text;
      row.append(p);
    }
    return row;
  });
  if (!rows.length) {
    const row = document.createElement("li");
    row.className = "muted";
    row.textContent = "Nothing yet.";
    rows.push(row);
  }
  list.replaceChildren(...rows);
}

// What was refused, with its reason, a line each; what went well, everybody in one.
function answerLines(order, alone) {
  const group = !alone;
  const lines = [];
  const well = { accepted: [], spoken: [] };
  for (const answer of order.answers || []) {
    const at = answer.spoken_epoch_s ? ` at ${words.clock(answer.spoken_epoch_s)}` : "";
    if (well[answer.state]) {
      if (group) well[answer.state].push(answer.runner + at);
      else if (at) lines.push(at.trim());
    } else {
      const why = answer.reason || "no reason given";
      lines.push(group ? `${answer.runner} ${answer.state}: ${why}` : why);
    }
  }
  for (const [state, names] of Object.entries(well)) {
    if (names.length) lines.push(`${state}: ${names.join(", ")}`);
  }
  return lines;
}

function worst(order) {
  const counts = order.counts || {};
  if (counts.refused || counts.unspoken) return "bad";
  if (counts.accepted || counts.spoken) return "good";
  return order.overdue ? "bad" : "waiting";
}
