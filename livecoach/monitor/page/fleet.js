// The fleet: a tile per runner; only those on the screen are drawn.

import { GLYPHS, Bins, band, line, range, svg } from "/page/draw.js";
import * as words from "/page/words.js";

const RESORT_MS = 3000;
const BY_NAME = new Intl.Collator(undefined, { numeric: true });
const TREND = { width: 240, height: 44, bins: 60 };
const RANK = { lost: 0, late: 1, live: 2, offline: 3 };

const FIGURES = [
  ["braking", "Braking", "cm/s"],
  ["contact", "Contact", "ms"],
  ["bounce", "Bounce", "cm"],
  ["heart", "Heart", "/min"],
  ["battery", "Battery", "%"],
  ["age", "Link age", ""],
];

const KEYS = {
  need: (t) => [RANK[t.link], t.aim === "on" ? 1 : 0, -gap(t)],
  gap: (t) => [-gap(t)],
  rate: (t) => [-(t.step_rate_spm ?? -1)],
  braking: (t) => [-(words.braking(t)?.value ?? -1)],
  contact: (t) => [-(t.contact_time_s ?? -1)],
  bounce: (t) => [-(t.vertical_oscillation_m ?? -1)],
  heart: (t) => [-(t.heart_rate_bpm ?? -1)],
  battery: (t) => [t.battery_percent ?? 999],
  age: (t) => [t.heard_s ?? -1],
  name: () => [],
};

function gap(t) {
  if (t.link !== "live" || t.step_rate_spm === undefined || t.target_spm === undefined) return -1;
  return Math.abs(t.step_rate_spm - t.target_spm);
}

export class FleetView {
  constructor(now) {
    this.now = now;
    this.cards = new Map();
    this.list = document.getElementById("tiles");
    this.template = document.getElementById("tile-template");
    this.find = document.getElementById("find");
    this.show = document.getElementById("show");
    this.sort = document.getElementById("sort");
    this.seen = new IntersectionObserver((entries) => this.onSeen(entries), { rootMargin: "200px" });
    this.hot = false;
    this.dirty = false;
    this.lastSortMs = 0;
    document.getElementById("tools").addEventListener("submit", (e) => e.preventDefault());
    for (const control of [this.find, this.show, this.sort]) {
      control.addEventListener("input", () => this.arrange(true));
    }
    // What is being looked at or used must not jump away.
    this.list.addEventListener("pointerenter", (e) => (this.hot = e.pointerType === "mouse"));
    this.list.addEventListener("pointerleave", () => (this.hot = false));
  }

  tiles() {
    return [...this.cards.values()].map((card) => card.tile);
  }

  take(frame, trendBinS) {
    if (frame.full) {
      const here = new Set((frame.runners || []).map((t) => t.id));
      for (const [id, card] of this.cards) {
        if (!here.has(id)) {
          card.root.remove();
          this.seen.unobserve(card.root);
          this.cards.delete(id);
        }
      }
    }
    this.trendBinS = trendBinS;
    for (const tile of frame.runners || []) {
      let card = this.cards.get(tile.id);
      if (!card) {
        card = this.add(tile);
        this.dirty = true;
      } else if (card.tile.link !== tile.link || card.tile.aim !== tile.aim) {
        this.dirty = true;
      }
      card.tile = tile;
      const trend = (frame.trends || {})[tile.id];
      if (trend) {
        card.bins = new Bins(TREND.bins);
        card.bins.put(trend.first, trend.values);
      } else if (tile.point) {
        card.bins.put(tile.point[0], [tile.point[1]]);
      }
      if (card.visible) this.draw(card);
    }
    this.arrange(frame.full === true);
  }

  // Once a second: ages grow without any message.
  tick() {
    for (const card of this.cards.values()) if (card.visible) this.age(card);
    this.arrange(false);
  }

  add(tile) {
    const root = this.template.content.firstElementChild.cloneNode(true);
    const link = root.querySelector("h2 a");
    link.href = `#/${encodeURIComponent(tile.group)}/${encodeURIComponent(tile.runner)}`;
    link.firstElementChild.textContent = tile.runner;
    root.querySelector(".where").textContent = tile.group;
    const dl = root.querySelector("dl");
    const values = {};
    for (const [key, label, unit] of FIGURES) {
      const box = document.createElement("div");
      const dt = document.createElement("dt");
      const dd = document.createElement("dd");
      const value = document.createElement("span");
      const small = document.createElement("small");
      dt.textContent = label;
      small.textContent = unit;
      dd.append(value, small);
      box.append(dt, dd);
      dl.append(box);
      values[key] = { dt, value, small, unit, label };
    }
    const chart = svg("svg", { viewBox: `0 0 ${TREND.width} ${TREND.height}`, preserveAspectRatio: "none", "aria-hidden": "true" });
    const target = svg("path", { class: "band" });
    const path = svg("path", { class: "line" });
    chart.append(target, path);
    root.querySelector(".trend").append(chart);
    const q = (s) => root.querySelector(s);
    const card = {
      root, tile, values, path, target, visible: false, shown: true,
      bins: new Bins(TREND.bins),
      chip: q(".chip"), rate: q(".rate b"), aim: q(".aim span"), unit: q(".aim small"), glyph: q(".aim path"),
      cue: q(".cue"), trend: q(".trend"), where: q(".where"),
    };
    root.dataset.id = tile.id;
    this.cards.set(tile.id, card);
    this.list.append(root);
    this.seen.observe(root);
    return card;
  }

  onSeen(entries) {
    for (const entry of entries) {
      const card = this.cards.get(entry.target.dataset.id);
      if (!card) continue;
      card.visible = entry.isIntersecting;
      if (card.visible) this.draw(card);
    }
  }

  draw(card) {
    const t = card.tile;
    const gone = t.link === "lost" || t.link === "offline";
    card.root.dataset.link = t.link;
    card.root.dataset.aim = gone ? "unknown" : t.aim;
    card.root.classList.toggle("weak", t.weak === true);
    card.rate.textContent = gone ? words.UNKNOWN : words.number(t.step_rate_spm);
    card.glyph.setAttribute("d", GLYPHS[gone ? "unknown" : t.aim]);
    [card.aim.textContent, card.unit.textContent] = words.aimWords(t);
    const modes = words.modeWords(t);
    card.where.textContent = modes ? `${t.group} · ${modes}` : t.group;
    const brakes = words.braking(t);
    const v = card.values;
    v.braking.dt.textContent = !brakes ? "Braking" : brakes.kind === "loss" ? "Speed loss" : "Exp. braking";
    v.braking.dt.title = brakes ? words.BRAKING[brakes.kind] : "";
    set(v.braking, words.number(brakes?.value, 0, 100));
    set(v.contact, words.number(t.contact_time_s, 0, 1000));
    set(v.bounce, words.number(t.vertical_oscillation_m, 1, 100));
    set(v.heart, words.number(t.heart_rate_bpm));
    set(v.battery, words.number(t.battery_percent));
    v.battery.dt.parentElement.classList.toggle("low", t.battery_percent < 15);
    this.age(card);
    this.drawTrend(card);
  }

  age(card) {
    const t = card.tile;
    const nowS = this.now();
    card.chip.textContent = words.linkWords(t, nowS);
    const age = t.heard_s === undefined ? null : Math.max(0, nowS - t.heard_s) + (t.link_age_s || 0);
    set(card.values.age, age === null ? words.UNKNOWN : words.duration(age));
    card.cue.textContent = words.cueWords(t.cue, nowS);
    if (t.cue) card.cue.title = t.cue.reason || "";
  }

  drawTrend(card) {
    const { width, height, bins } = TREND;
    const last = Math.floor(this.now() / this.trendBinS);
    const values = card.bins.until(last, bins);
    const { low_spm: low, high_spm: high } = card.tile;
    const r = range([values, [low, high]], 12);
    if (!r) {
      card.path.setAttribute("d", "");
      card.target.setAttribute("d", "");
      card.trend.setAttribute("aria-label", "No trend yet");
      return;
    }
    const x = (k) => (k / (bins - 1)) * width;
    const y = (v) => height - ((v - r[0]) / (r[1] - r[0])) * height;
    card.path.setAttribute("d", line(values.map((v, k) => (v === null ? null : [x(k), y(v)]))));
    const known = low !== undefined && high !== undefined;
    card.target.setAttribute("d", known ? `M0 ${y(high)}H${width}V${y(low)}H0Z` : "");
    const there = values.filter((v) => v !== null);
    const label = there.length
      ? `Cadence, last 5 minutes: ${Math.round(Math.min(...there))} to ${Math.round(Math.max(...there))}`
      : "No trend yet";
    if (card.trend.getAttribute("aria-label") !== label) card.trend.setAttribute("aria-label", label);
  }

  wanted(t) {
    const text = this.find.value.trim().toLowerCase();
    if (text && !t.runner.toLowerCase().includes(text) && !t.group.toLowerCase().includes(text)) return false;
    switch (this.show.value) {
      case "here": return t.link !== "offline";
      case "off": return t.link === "live" && (t.aim === "below" || t.aim === "above");
      case "trouble": return t.link === "late" || t.link === "lost";
      default: return true;
    }
  }

  arrange(now) {
    const ms = performance.now();
    const busy = this.hot || this.list.contains(document.activeElement);
    if (!now && (busy || ms - this.lastSortMs < RESORT_MS) && !(this.dirty && this.lastSortMs === 0)) return;
    this.lastSortMs = ms;
    this.dirty = false;
    const key = KEYS[this.sort.value];
    const rows = [...this.cards.values()].map((card) => ({ card, key: key(card.tile) }));
    rows.sort((a, b) => {
      if ((a.card.tile.link === "offline") !== (b.card.tile.link === "offline")) {
        return a.card.tile.link === "offline" ? 1 : -1;
      }
      for (let k = 0; k < a.key.length; k += 1) if (a.key[k] !== b.key[k]) return a.key[k] - b.key[k];
      return BY_NAME.compare(a.card.tile.id, b.card.tile.id);
    });
    let shown = 0;
    let place = this.list.firstElementChild;
    for (const { card } of rows) {
      const wanted = this.wanted(card.tile);
      shown += wanted ? 1 : 0;
      if (card.root.hidden === wanted) card.root.hidden = !wanted;
      if (place === card.root) place = place.nextElementSibling;
      else this.list.insertBefore(card.root, place);
    }
    const none = document.getElementById("none");
    none.hidden = shown > 0;
    none.textContent = this.cards.size
      ? `None of ${this.cards.size} runners is shown by these choices.`
      : "No runner yet. One appears with its first message: livecoach run --broker … --runner NAME";
  }
}

function set(figure, text) {
  if (figure.value.textContent !== text) figure.value.textContent = text;
  const unit = text === words.UNKNOWN ? "" : figure.unit;
  if (figure.small.textContent !== unit) figure.small.textContent = unit;
}
