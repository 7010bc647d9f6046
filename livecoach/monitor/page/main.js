// The page: which view, which stream, whose time.

import { FleetView } from "/page/fleet.js";
import { RunnerView } from "/page/runner.js";
import { Stream } from "/page/stream.js";
import { Wishes, drawOrders, setUpLogout } from "/page/wishes.js";
import * as words from "/page/words.js";

const $ = (id) => document.getElementById(id);
const time = { serverS: 0, atMs: 0, epochS: 0 };
const meta = { trendBinS: 5, chartBinS: 2, chartBins: 450 };
const trouble = { page: "", broker: "" };
let orders = [];

// The monitor's clock, carried on by ours between frames.
const now = () => time.serverS + (performance.now() - time.atMs) / 1000;

const fleet = new FleetView(now);
const runner = new RunnerView(now, () => time.epochS);
const dialog = $("group");
const groupWishes = new Wishes($("group-wishes"), () => ({ group: $("group-name").value, runner: "all" }));
void groupWishes;
let view = null;

function onFrame(frame) {
  time.serverS = frame.now_s;
  time.atMs = performance.now();
  if (frame.full) {
    time.epochS = frame.epoch_s;
    meta.trendBinS = frame.trend_bin_s ?? meta.trendBinS;
    meta.chartBinS = frame.chart_bin_s ?? meta.chartBinS;
    meta.chartBins = frame.chart_bins ?? meta.chartBins;
  }
  trouble.broker = frame.broker === "connected" ? "" : frame.broker || "";
  showTrouble();
  if (view) {
    runner.take(frame, meta);
    return;
  }
  fleet.take(frame, meta.trendBinS);
  if (frame.orders) orders = frame.orders;
  if (frame.full && !frame.orders) orders = [];
  if (frame.orders || frame.full) drawGroupOrders();
  counts();
}

function showTrouble() {
  const text = trouble.page || trouble.broker;
  document.body.classList.toggle("old", text !== "");
  if ($("trouble").textContent !== text) $("trouble").textContent = text;
  $("trouble").hidden = !text;
}

function counts() {
  const n = { on: 0, off: 0, trouble: 0, offline: 0, other: 0 };
  for (const t of fleet.tiles()) {
    if (t.link === "offline") n.offline += 1;
    else if (t.link !== "live") n.trouble += 1;
    else if (t.aim === "on") n.on += 1;
    else if (t.aim === "below" || t.aim === "above") n.off += 1;
    else n.other += 1;
  }
  const rows = [["on", n.on, "on target"], ["off", n.off, "off target"], ["other", n.other, "no target"], ["trouble", n.trouble, "late or lost"], ["offline", n.offline, "offline"]];
  const key = JSON.stringify(rows);
  if ($("counts").dataset.key === key) return;
  $("counts").dataset.key = key;
  $("counts").replaceChildren(...rows.filter((r) => r[1]).map(([kind, count, label]) => {
    const li = document.createElement("li");
    const b = document.createElement("b");
    li.dataset.kind = kind;
    b.textContent = String(count);
    li.append(b, ` ${label}`);
    return li;
  }));
}

function drawGroupOrders() {
  if (dialog.open) drawOrders($("group-orders"), orders.filter((o) => o.runner === "all"), now(), false);
}

function route() {
  const parts = location.hash.replace(/^#\/?/, "").split("/");
  let wanted = null;
  if (parts.length === 2 && parts[0] && parts[1]) {
    try {
      wanted = { group: decodeURIComponent(parts[0]), name: decodeURIComponent(parts[1]) };
    } catch {
      wanted = null;
    }
  }
  const from = view;
  view = wanted;
  $("fleet").hidden = view !== null;
  $("runner").hidden = view === null;
  $("counts").hidden = view !== null;
  if (view) {
    document.title = `${view.name} · livecoach`;
    runner.open(view.group, view.name);
    stream.open(`/events?group=${encodeURIComponent(view.group)}&runner=${encodeURIComponent(view.name)}`);
    scrollTo(0, 0);
    $("who").focus({ preventScroll: true });
  } else {
    document.title = "livecoach";
    stream.open("/events");
    if (from) {
      const card = fleet.cards.get(`${from.group}/${from.name}`);
      card?.root.querySelector("a").focus();
    }
  }
}

function openDialog() {
  const groups = [...new Set(fleet.tiles().map((t) => t.group))].sort();
  const chosen = $("group-name").value;
  $("group-name").replaceChildren(...groups.map((name) => {
    const option = document.createElement("option");
    option.value = name;
    option.textContent = name;
    return option;
  }));
  if (groups.includes(chosen)) $("group-name").value = chosen;
  dialog.showModal();
  drawGroupOrders();
}

const stream = new Stream(onFrame, (text) => {
  trouble.page = text;
  showTrouble();
});
setUpLogout($("logout"));
$("address").addEventListener("click", openDialog);
$("group-close").addEventListener("click", () => dialog.close());
addEventListener("hashchange", route);
setInterval(() => {
  if (view) runner.tick();
  else fleet.tick();
  drawGroupOrders();
}, 1000);
route();
