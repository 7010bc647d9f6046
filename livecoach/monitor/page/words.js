// Human words and units; everything shown goes through textContent, never through HTML.

export const UNKNOWN = "–";

export const BRAKING = {
  loss: "Braking, speed loss",
  expected: "Braking, expected",
};

export function number(value, digits = 0, factor = 1) {
  return value === undefined || value === null ? UNKNOWN : (value * factor).toFixed(digits);
}

// Speed loss (measured at the chest) and expected braking (implied) are two things: never mixed.
export function braking(tile) {
  if (tile.speed_loss_mps !== undefined) return { kind: "loss", value: tile.speed_loss_mps };
  if (tile.expected_braking_mps !== undefined) {
    return { kind: "expected", value: tile.expected_braking_mps };
  }
  return null;
}

export function duration(seconds) {
  const s = Math.max(0, Math.round(seconds));
  if (s < 60) return `${s} s`;
  if (s < 3600) return `${Math.floor(s / 60)} min`;
  return `${Math.floor(s / 3600)} h ${Math.floor((s % 3600) / 60)} min`;
}

export function clock(epochS) {
  const at = new Date(epochS * 1000);
  return at.toLocaleTimeString([], { hour: "2-digit", minute: "2-digit", second: "2-digit", hour12: false });
}

const LINKS = { live: "Live", late: "Late", lost: "Lost", offline: "Offline" };

export function linkWords(tile, nowS) {
  if (tile.link === "live") return LINKS.live;
  if (tile.heard_s === undefined) return tile.link === "late" ? "Waiting" : LINKS[tile.link];
  return `${LINKS[tile.link]} · ${duration(nowS - tile.heard_s)}`;
}

// Two short lines that read as one: "8 below" and "172 steps/min".
export function aimWords(tile) {
  const target = tile.target_spm === undefined ? "steps/min" : `${number(tile.target_spm)} steps/min`;
  if (tile.link === "lost" || tile.link === "offline") {
    const known = tile.step_rate_spm !== undefined;
    return known ? [`was ${number(tile.step_rate_spm)}`, "steps/min"] : ["not heard", ""];
  }
  const old = tile.link === "late" ? "was " : "";
  if (tile.gait === "standing" || tile.gait === "walking") return [old + tile.gait, target];
  if (tile.aim === "unknown") return ["unknown", target];
  if (tile.aim === "none") return ["no target", "steps/min"];
  if (tile.aim === "on") return [old ? "was on" : "on target", target];
  const gap = Math.max(1, Math.round(Math.abs(tile.step_rate_spm - tile.target_spm)));
  return [`${old}${gap} ${tile.aim}`, target];
}

export function modeWords(tile) {
  const said = [];
  if (tile.muted) said.push("muted");
  if (tile.beats_off) said.push("beats off");
  if (tile.cues_off) said.push("cues off");
  return said.join(", ");
}

export function cueWords(cue, nowS) {
  if (!cue) return "No cue yet";
  const what = cue.kind === "speech" ? `“${cue.phrase}”` : cue.kind === "beat" ? "Beats" : "Tone";
  return `${what} · ${duration(nowS - cue.at_s)} ago`;
}

const COMMANDS = { target: "targets", say: "messages", mode: "modes" };

export function consentWords(allow, online) {
  if (!online) return "";
  const refused = Object.keys(COMMANDS).filter((c) => !allow.includes(c));
  if (!refused.length) return "";
  return `Does not accept ${refused.map((c) => COMMANDS[c]).join(", ")}: refused by this runner’s settings.`;
}

// `alone`: shown for one runner, with that runner's answer only.
export function orderWords(order, alone) {
  const to = order.runner === "all" ? `${order.group}, everyone` : order.runner;
  const counts = order.counts || {};
  const said = Object.entries(counts).map(([state, n]) => (alone ? state : `${n} ${state}`));
  if (!said.length) said.push(order.overdue ? "no answer" : "waiting for an answer");
  return { to, state: said.join(", ") };
}
