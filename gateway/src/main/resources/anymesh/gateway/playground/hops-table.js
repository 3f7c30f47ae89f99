// SPDX-License-Identifier: Apache-2.0
// What each hop of the last answer took: the milliseconds in the queue, at work, and for the rest of the call.

import { find, h } from "./dom.js";
import { bytes, milliseconds } from "./format.js";

export function showHops(activity) {
  const hops = activity?.hops ?? [];
  find("#hops").hidden = hops.length === 0;
  const longest = Math.max(...hops.map((hop) => hop.milliseconds), 1);
  find("#hops tbody").replaceChildren(...hops.map((hop) => row(hop, longest)));
}

function row(hop, longest) {
  const part = (name, value) => {
    const bar = h("i", { class: name });
    bar.style.width = (100 * Math.max(0, value)) / longest + "%";
    return bar;
  };
  const rest = hop.milliseconds - hop.queue_milliseconds - hop.inference_milliseconds;
  return h("tr", { "data-modality": hop.modality },
    h("th", { scope: "row" }, hop.stage.startsWith("generator") ? "generator" : hop.stage, h("small", {}, hop.modality),
      h("span", { class: "served" }, hop.bundle + "@" + hop.version + "  " + hop.instances.join(", "))),
    h("td", { class: "bars", "aria-hidden": "true" }, h("div", {}, part("queue", hop.queue_milliseconds), part("work", hop.inference_milliseconds), part("rest", rest))),
    h("td", { class: "number" }, milliseconds(hop.milliseconds)),
    h("td", { class: "number" }, milliseconds(hop.queue_milliseconds)),
    h("td", { class: "number" }, bytes(hop.bytes)));
}
