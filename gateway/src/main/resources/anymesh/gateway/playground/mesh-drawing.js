// SPDX-License-Identifier: Apache-2.0
// The picture of the mesh: drawn when the mesh or the room for it changes, and lit as a request goes through it.

import { s } from "./dom.js";
import { bytes, milliseconds, percent } from "./format.js";

const SIGNALS = { image: "IMG", audio: "AUD", video: "VID" };
const CHARACTER = 6.3;

const short = (text, width) => {
  const room = Math.floor(width / CHARACTER);
  return text.length > room ? text.slice(0, room - 1) + "…" : text;
};

const nameOf = (service) => service.replace("generator-", "").replace(/^(in|out)put-/, "");

function node(card) {
  const { x, y, width, height } = card;
  const served = card.bundle ? card.bundle + "@" + card.version : "no instance";
  const share = card.share === null ? "" : percent(card.share).replace(" ", "");
  const mark = card.onTrial ? "trial" : card.candidate ? "candidate" : "";
  const dots = card.instances.slice(0, 6).map((instance, i) =>
    s("circle", { class: "instance", "data-state": instance.state, "data-id": instance.id, cx: width - 14 - i * 11, cy: height - 28, r: 3.5 }, s("title", {}, instance.id + ": " + instance.state)));
  const progress = s("rect", { class: "node-progress", x: 0, y: height - 3, width, height: 3 });
  const time = s("text", { class: "node-time", x: 11, y: height - 24 });
  const size = s("text", { class: "node-size", x: 11, y: height - 10 });
  const element = s("g", { class: "node", transform: `translate(${x} ${y})`, "data-service": card.service, "data-asleep": String(card.instances.length === 0), "data-trial": String(card.onTrial === true) },
    s("title", {}, card.service + " " + served + (share ? ", " + share : "") + (mark ? ", " + mark : "")),
    s("rect", { class: "node-body", width, height, rx: 10 }), progress,
    s("text", { class: "node-name", x: 11, y: 22 }, nameOf(card.service)), dots,
    s("text", { class: "node-release", x: 11, y: 39 }, short(card.bundle || "asleep", width - 20)),
    s("text", { class: "node-version", x: 11, y: 54 }, short(card.version, width - 26 - share.length * CHARACTER)),
    s("text", { class: "node-share", x: width - 11, y: 54, "text-anchor": "end" }, share),
    time, size, mark ? badge(mark, width) : []);
  return { card, element, progress, time, size };
}

function badge(text, width) {
  const room = text.length * 5.6 + 12;
  return s("g", { class: "node-badge", transform: `translate(${width - room - 8} -8)` },
    s("rect", { width: room, height: 16, rx: 8 }), s("text", { x: room / 2, y: 11.5, "text-anchor": "middle" }, text));
}

export function drawing(plan, description) {
  const nodes = plan.cards.map(node);
  const edges = plan.edges.map((edge) => ({ ...edge, element: s("path", { class: "edge", d: edge.path }) }));
  const rails = [["in", plan.textIn], ["out", plan.textOut]].map(([end, rail]) => ({ end, element: s("path", { class: "edge rail", d: rail.path }) }));
  const pills = s("g", { class: "signals" });
  const heads = plan.columns.map((column) => s("text", { class: "column", x: column.x, y: column.y, "text-anchor": column.isLeft ? "start" : "middle" },
    s("tspan", { class: "column-number" }, String(column.number)), " " + column.title));
  const letters = plan.gaps.map((gap) => s("text", { class: "carried", x: gap.x, y: gap.y, "text-anchor": "middle" }, gap.letter, s("tspan", { class: "subscript", dy: 2 }, "X")));
  const words = [plan.textIn, plan.textOut].map((rail) => s("text", { class: "rail-word", x: rail.x, y: rail.y }, "text"));
  const element = s("svg", { class: "mesh", viewBox: `0 0 ${plan.width} ${plan.height}`, width: plan.width, height: plan.height, role: "img", "aria-label": description },
    rails.map((rail) => rail.element), edges.map((edge) => edge.element), nodes.map((one) => one.element), heads, letters, words, pills);

  return {
    element,
    light(activity) {
      nodes.forEach((one) => lightNode(one, activity));
      edges.forEach(({ from, to, element: edge }) => lightLeg(edge, activity, from.service + ">" + to.service, took(activity, from) && took(activity, to)));
      rails.forEach(({ end, element: rail }) => lightLeg(rail, activity, end === "in" ? "in>backbone" : "backbone>out", true));
      const fired = activity?.fired ?? [];
      if (fired.length < pills.childElementCount) pills.replaceChildren();
      for (let i = pills.childElementCount; i < fired.length; i++) pills.append(pill(fired[i], plan.signals(i)));
    },
  };
}

const callsOf = (activity, card) => activity.hops.filter((hop) => hop.stage === card.service && hop.bundle === card.bundle && hop.version === card.version);

/** Until the answer says which release took it, all of a service's that may are shown to. */
function took(activity, card) {
  if (!activity) return false;
  return activity.hops?.length ? callsOf(activity, card).length > 0 : card.share > 0;
}

function lightNode({ card, element, progress, time, size }, activity) {
  const state = took(activity, card) ? activity.nodes.get(card.service) : null;
  element.dataset.phase = state?.phase ?? "idle";
  element.dataset.modality = state?.modality ?? "";
  progress.setAttribute("width", state?.progress ? state.progress * card.width : 0);
  const calls = state && activity.hops ? callsOf(activity, card) : [];
  const sum = (key) => calls.reduce((total, call) => total + call[key], 0);
  time.textContent = calls.length ? milliseconds(sum("milliseconds")) : "";
  size.textContent = calls.length ? bytes(sum("bytes")) : "";
  const ids = new Set(calls.flatMap((call) => call.instances));
  element.querySelectorAll(".instance").forEach((dot) => (dot.dataset.took = ids.has(dot.dataset.id)));
}

function lightLeg(element, activity, key, taken) {
  const leg = taken ? activity?.legs.get(key) : null;
  element.dataset.phase = leg?.phase ?? "idle";
  element.dataset.modality = leg?.modality ?? "";
}

function pill(modality, { x, y }) {
  return s("g", { class: "signal", "data-modality": modality, transform: `translate(${x} ${y})` },
    s("title", {}, "The backbone fired the signal for " + modality),
    s("rect", { x: -22, y: -9, width: 44, height: 18, rx: 9 }),
    s("text", { "text-anchor": "middle", y: 3.5 }, "[" + SIGNALS[modality] + "]"));
}
