// SVG, drawn by hand: lines with holes, bands, marks.

const NS = "http://www.w3.org/2000/svg";

export function svg(name, attributes = {}) {
  const made = document.createElementNS(NS, name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  return made;
}

export const GLYPHS = {
  on: "M6 1a5 5 0 1 0 0 10a5 5 0 1 0 0-10z",
  below: "M0.5 1.5h11L6 11z",
  above: "M0.5 10.5h11L6 1z",
  none: "M1 5h10v2H1z",
  unknown: "M1 5h3v2H1zM8 5h3v2H8z",
};

// A path through points [x, y]; null is a hole, a lonely point a short dash.
export function line(points) {
  let path = "";
  let pen = false;
  for (let k = 0; k < points.length; k += 1) {
    const p = points[k];
    if (!p) {
      pen = false;
      continue;
    }
    const lonely = !pen && !points[k + 1];
    path += `${pen ? "L" : "M"}${p[0].toFixed(1)} ${p[1].toFixed(1)}`;
    if (lonely) path += "h1";
    pen = true;
  }
  return path;
}

// The area between two series of points, hole by hole.
export function band(lows, highs) {
  let path = "";
  let run = [];
  const close = () => {
    if (run.length) {
      const up = run.map((k) => highs[k]);
      const back = run.map((k) => lows[k]).reverse();
      path += `M${[...up, ...back].map((p) => `${p[0].toFixed(1)} ${p[1].toFixed(1)}`).join("L")}Z`;
    }
    run = [];
  };
  for (let k = 0; k < lows.length; k += 1) {
    if (lows[k] && highs[k]) run.push(k);
    else close();
  }
  close();
  return path;
}

export function range(series, least) {
  let low = Infinity;
  let high = -Infinity;
  for (const values of series) {
    for (const v of values) {
      if (v === null || v === undefined) continue;
      if (v < low) low = v;
      if (v > high) high = v;
    }
  }
  if (low > high) return null;
  const spare = Math.max(least - (high - low), (high - low) * 0.2) / 2;
  return [low - spare, high + spare];
}

// Bins by number: what the server sends again is simply put in its place.
export class Bins {
  constructor(size) {
    this.size = size;
    this.newest = -1;
    this.values = new Map();
  }

  put(first, values) {
    values.forEach((v, k) => this.values.set(first + k, v));
    this.newest = Math.max(this.newest, first + values.length - 1);
    for (const key of this.values.keys()) {
      if (key <= this.newest - this.size) this.values.delete(key);
    }
  }

  // The values of `count` bins up to bin number `last`.
  until(last, count) {
    return Array.from({ length: count }, (_, k) => this.values.get(last - count + 1 + k) ?? null);
  }
}
