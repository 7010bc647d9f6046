// One runner: strip charts, figures, session, log, wishes.

import { Bins, band, line, range, svg } from "/page/draw.js";
import { Wishes, drawOrders } from "/page/wishes.js";
import * as words from "/page/words.js";

const WIDTH = 1000;
const HEIGHT = 150;

const CHARTS = [
  { key: "rate", title: "Cadence", unit: "steps/min", series: "step_rate_spm", digits: 0, factor: 1, least: 14 },
  { key: "braking", title: "Braking", unit: "cm/s", series: "braking", digits: 0, factor: 100, least: 0.08 },
  { key: "contact", title: "Contact time", unit: "ms", series: "contact_time_s", digits: 0, factor: 1000, least: 0.04 },
  { key: "bounce", title: "Bounce", unit: "cm", series: "vertical_oscillation_m", digits: 1, factor: 100, least: 0.02 },
];

const $ = (id) => document.getElementById(id);

export class RunnerView {
  constructor(now, epoch) {
    this.now = now;
    this.epoch = epoch;
    this.minutes = 5;
    this.reset(null, null);
    this.wishes = new Wishes($("wishes"), () => ({ group: this.group, runner: this.name }));
    this.charts = CHARTS.map((spec) => this.build(spec));
    $("charts").append(...this.charts.map((c) => c.root));
    for (const button of document.querySelectorAll("[data-minutes]")) {
      button.addEventListener("click", () => {
        this.minutes = Number(button.dataset.minutes);
        for (const b of document.querySelectorAll("[data-minutes]")) {
          b.setAttribute("aria-pressed", String(b === button));
        }
        this.draw();
      });
    }
  }

  reset(group, name) {
    this.group = group;
    this.name = name;
    this.tile = null;
    this.series = {};
    this.log = [];
    this.orders = [];
    this.summary = null;
    this.beganS = undefined;
    this.steps = 0;
  }

  open(group, name) {
    this.reset(group, name);
    $("who").firstElementChild.textContent = name;
    $("who-group").textContent = group;
    this.drawLog();
    this.draw();
  }

  take(frame, meta) {
    this.meta = meta;
    if (frame.full) {
      this.tile = null;
      this.series = {};
    }
    const tile = (frame.runners || [])[0];
    if (tile) this.tile = tile;
    for (const [name, part] of Object.entries(frame.detail?.charts || {})) {
      this.series[name] ??= new Bins(meta.chartBins);
      this.series[name].put(part.first, part.values);
    }
    if (frame.detail?.log) this.log = frame.detail.log;
    if (frame.detail) {
      this.beganS = frame.detail.began_s;
      this.steps = frame.detail.steps || 0;
    }
    if (frame.detail?.summary) this.summary = frame.detail.summary;
    if (frame.orders) this.orders = frame.orders;
    if (frame.detail?.log || frame.full) this.drawLog();
    if (tile || frame.full) this.draw();
    if (frame.orders || frame.full) drawOrders($("orders"), this.orders, this.now(), true);
  }

  tick() {
    this.draw();
    drawOrders($("orders"), this.orders, this.now(), true);
  }

  build(spec) {
    const root = document.createElement("figure");
    root.className = "strip card";
    const caption = document.createElement("figcaption");
    const title = document.createElement("h2");
    const value = document.createElement("p");
    title.textContent = spec.title;
    caption.append(title, value);
    const plot = document.createElement("div");
    plot.className = "plot";
    plot.setAttribute("role", "img");
    const high = document.createElement("span");
    const low = document.createElement("span");
    high.className = "high";
    low.className = "low";
    const chart = svg("svg", { viewBox: `0 0 ${WIDTH} ${HEIGHT}`, preserveAspectRatio: "none", "aria-hidden": "true" });
    const grid = svg("path", { class: "grid", d: [1, 2, 3, 4].map((k) => `M${(k * WIDTH) / 5} 0V${HEIGHT}`).join("") });
    const target = svg("path", { class: "band" });
    const marks = svg("path", { class: "marks" });
    const path = svg("path", { class: "line" });
    chart.append(grid, target, marks, path);
    plot.append(high, low, chart);
    const axis = document.createElement("p");
    axis.className = "axis";
    axis.setAttribute("aria-hidden", "true");
    root.append(caption, plot, axis);
    return { spec, root, title, value, plot, high, low, target, marks, path, axis };
  }

  draw() {
    const t = this.tile;
    const nowS = this.now();
    $("runner").dataset.link = t ? t.link : "unknown";
    $("who-link").textContent = t ? words.linkWords(t, nowS) : "Not heard yet";
    $("who-modes").textContent = t ? words.modeWords(t) : "";
    this.wishes.show(t?.allow || [], t !== null && t.link === "live");
    this.drawFigures(t, nowS);
    for (const chart of this.charts) this.drawChart(chart, nowS);
    this.drawSummary();
  }

  drawFigures(t, nowS) {
    const gone = !t || t.link === "lost" || t.link === "offline";
    const show = (value) => (gone ? words.UNKNOWN : value);
    const brakes = t && words.braking(t);
    const rows = [
      ["Cadence", show(words.number(t?.step_rate_spm)), "steps/min", t ? words.aimWords(t).join(" ") : ""],
      [brakes ? words.BRAKING[brakes.kind] : "Braking", show(words.number(brakes?.value, 0, 100)), "cm/s", ""],
      ["Contact time", show(words.number(t?.contact_time_s, 0, 1000)), "ms", ""],
      ["Bounce", show(words.number(t?.vertical_oscillation_m, 1, 100)), "cm", ""],
      ["Speed", show(words.number(t?.speed_mps, 1, 3.6)), "km/h", ""],
      ["Step length", show(words.number(t?.step_length_m, 2)), "m", ""],
      ["Lean", show(words.number(t?.trunk_lean_deg, 0)), "°", ""],
      ["Heart rate", show(words.number(t?.heart_rate_bpm)), "/min", ""],
      ["Battery", words.number(t?.battery_percent), "%", ""],
      ["Sensor", t?.sensor_state || words.UNKNOWN, "", ""],
    ];
    const list = $("figures");
    if (list.children.length !== rows.length) {
      list.replaceChildren(...rows.map(() => {
        const box = document.createElement("div");
        const dd = document.createElement("dd");
        dd.append(document.createElement("b"), document.createElement("small"));
        box.append(document.createElement("dt"), dd, document.createElement("p"));
        return box;
      }));
    }
    rows.forEach(([label, value, unit, note], k) => {
      const [dt, dd, p] = list.children[k].children;
      put(dt, label);
      put(dd.firstElementChild, value);
      put(dd.lastElementChild, value === words.UNKNOWN ? "" : unit);
      put(p, note);
    });
    if (t) list.dataset.aim = gone ? "unknown" : t.aim;
    list.classList.toggle("weak", t?.weak === true);
  }

  drawChart(chart, nowS) {
    const { spec } = chart;
    const binS = this.meta?.chartBinS || 2;
    const count = Math.round((this.minutes * 60) / binS);
    const last = Math.floor(nowS / binS);
    const take = (name) => this.series[name]?.until(last, count) || [];
    let name = spec.series;
    if (name === "braking") {
      name = this.series.speed_loss_mps ? "speed_loss_mps" : "expected_braking_mps";
      const kind = name === "speed_loss_mps" ? "loss" : "expected";
      put(chart.title, this.series[name] ? words.BRAKING[kind] : "Braking");
    }
    const values = take(name);
    const lows = spec.key === "rate" ? take("low_spm") : [];
    const highs = spec.key === "rate" ? take("high_spm") : [];
    const r = range([values, lows, highs], spec.least);
    const known = values.filter((v) => v !== null);
    chart.root.classList.toggle("empty", !known.length);
    put(chart.axis, `${this.minutes} min ago`);
    if (!r || !known.length) {
      for (const p of [chart.path, chart.target, chart.marks]) p.setAttribute("d", "");
      put(chart.value, words.UNKNOWN);
      put(chart.high, "");
      put(chart.low, "");
      chart.plot.setAttribute("aria-label", `${chart.title.textContent}: not known`);
      return;
    }
    const x = (k) => (k / (count - 1)) * WIDTH;
    const y = (v) => HEIGHT - ((v - r[0]) / (r[1] - r[0])) * HEIGHT;
    const points = (series) => series.map((v, k) => (v === null ? null : [x(k), y(v)]));
    chart.path.setAttribute("d", line(points(values)));
    chart.target.setAttribute("d", lows.length ? band(points(lows), points(highs)) : "");
    if (spec.key === "rate") chart.marks.setAttribute("d", this.marks(nowS));
    const say = (v) => words.number(v, spec.digits, spec.factor);
    const newest = known[known.length - 1];
    put(chart.value, `${say(newest)} ${spec.unit}`);
    put(chart.high, say(r[1]));
    put(chart.low, say(r[0]));
    const text = `${chart.title.textContent}, last ${this.minutes} minutes: now ${say(newest)}, ` +
      `from ${say(Math.min(...known))} to ${say(Math.max(...known))} ${spec.unit}`;
    if (chart.plot.getAttribute("aria-label") !== text) chart.plot.setAttribute("aria-label", text);
  }

  marks(nowS) {
    const span = this.minutes * 60;
    return this.log
      .filter((e) => e.kind === "cue" && nowS - e.at_s < span)
      .map((e) => {
        const x = (WIDTH * (1 - (nowS - e.at_s) / span)).toFixed(1);
        return `M${x} 0V${HEIGHT}M${x} 0l-6 0l6 10l6 -10z`;
      })
      .join("");
  }

  drawLog() {
    const rows = [...this.log].reverse().map((e) => {
      const tr = document.createElement("tr");
      tr.dataset.kind = e.kind;
      const what = { beat: "Beats", tone: "Tone" }[e.cue_kind];
      const cells = [
        words.clock(this.epoch() + e.at_s),
        what || (e.cue_kind === "speech" ? `“${e.text}”` : e.text),
        [e.reason, e.effect].filter(Boolean).join(" → ") || "",
        fate(e),
      ];
      for (const text of cells) {
        const td = document.createElement("td");
        const bdi = document.createElement("bdi");
        bdi.textContent = text;
        td.append(bdi);
        tr.append(td);
      }
      return tr;
    });
    if (!rows.length) {
      const tr = document.createElement("tr");
      const td = document.createElement("td");
      td.colSpan = 4;
      td.className = "muted";
      td.textContent = "Nothing has happened yet.";
      tr.append(td);
      rows.push(tr);
    }
    $("log").replaceChildren(...rows);
  }

  drawSummary() {
    const s = this.summary;
    const rows = [];
    if (s && s.state !== "began") {
      rows.push(["State", { done: "ended", interrupted: "interrupted", failed: "failed" }[s.state]]);
      rows.push(["Ended", words.clock(s.epoch_s)]);
      rows.push(["Length", words.duration(s.duration_s || 0)]);
      rows.push(["Steps", String(s.steps || 0)]);
      rows.push(["Beats, cues", `${s.beats || 0}, ${s.cues || 0}`]);
      rows.push(["Mean cadence", `${words.number(s.mean_step_rate_spm, 1)} steps/min`]);
      rows.push(["Mean contact", `${words.number(s.mean_contact_time_s, 0, 1000)} ms`]);
      rows.push(["Mean bounce", `${words.number(s.mean_vertical_oscillation_m, 1, 100)} cm`]);
      if (s.mean_speed_loss_mps !== undefined) rows.push(["Mean speed loss", `${words.number(s.mean_speed_loss_mps, 0, 100)} cm/s`]);
      else rows.push(["Mean exp. braking", `${words.number(s.mean_expected_braking_mps, 0, 100)} cm/s`]);
      rows.push(["Mean heart rate", `${words.number(s.mean_heart_rate_bpm)} /min`]);
    } else if (this.beganS !== undefined) {
      rows.push(["State", "running"]);
      rows.push(["Began", words.clock(this.epoch() + this.beganS)]);
      rows.push(["Length", words.duration(this.now() - this.beganS)]);
      rows.push(["Steps", String(this.steps)]);
    } else {
      rows.push(["State", "no session heard of yet"]);
    }
    const key = JSON.stringify(rows);
    if ($("summary").dataset.key === key) return;
    $("summary").dataset.key = key;
    $("summary").replaceChildren(...rows.map(([label, value]) => {
      const box = document.createElement("div");
      const dt = document.createElement("dt");
      const dd = document.createElement("dd");
      dt.textContent = label;
      dd.textContent = value;
      box.append(dt, dd);
      return box;
    }));
  }
}

function fate(entry) {
  if (entry.kind !== "cue") return "";
  if (entry.fate === "dropped") return `dropped: ${entry.fate_reason || "no reason given"}`;
  if (entry.fate === "played") return "yes";
  return "…";
}

function put(element, text) {
  if (element.textContent !== text) element.textContent = text;
}
