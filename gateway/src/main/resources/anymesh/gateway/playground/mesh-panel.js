// SPDX-License-Identifier: Apache-2.0
// The mesh beside the conversation: asked for again and again while the page is seen, and lit by each request.

import { mesh } from "./api.js";
import { find } from "./dom.js";
import { showHops } from "./hops-table.js";
import { Activity } from "./mesh-activity.js";
import { drawing } from "./mesh-drawing.js";
import { layout } from "./mesh-layout.js";
import { showRoutes } from "./routes-list.js";

const EVERY_MILLIS = 4000;

export function meshPanel(conversation) {
  const place = find("#mesh-picture");
  const state = find("#mesh-state");
  let known = null;
  let written = "";
  let picture = null;
  let activity = null;

  function draw() {
    const width = Math.floor(place.clientWidth);
    if (!known || width === 0) return;
    picture = drawing(layout(structuredClone(known), width), describe(known));
    place.replaceChildren(picture.element);
    picture.light(activity);
  }

  async function look() {
    if (document.hidden) return;
    try {
      const now = await mesh();
      state.textContent = describe(now);
      state.dataset.lost = "false";
      if (JSON.stringify(now) === written) return;
      written = JSON.stringify(now);
      known = now;
      showRoutes(now.routes);
      draw();
    } catch (problem) {
      state.textContent = problem.status === 401 ? "The gateway asks for a key." : "No connection to the gateway.";
      state.dataset.lost = "true";
    }
  }

  const light = () => picture?.light(activity);
  conversation.on("begin", (_, request) => {
    activity = new Activity(request);
    showHops(null);
    light();
    look();
  });
  conversation.on("chunk", () => {
    activity.chunk();
    light();
  });
  conversation.on("part", (_, what, part) => {
    activity.part(what, part);
    light();
  });
  conversation.on("end", (exchange) => {
    activity.end(exchange);
    showHops(activity);
    light();
    look();
  });
  conversation.on("cleared", () => {
    activity = null;
    showHops(null);
    light();
  });

  new ResizeObserver(draw).observe(place);
  document.addEventListener("visibilitychange", look);
  setInterval(look, EVERY_MILLIS);
  look();
}

function describe(known) {
  const instances = known.stages.flatMap((stage) => stage.services).flatMap((service) => service.instances);
  const serving = instances.filter((instance) => instance.state === "serving").length;
  const asleep = known.stages.flatMap((stage) => stage.services).filter((service) => service.instances.length === 0).map((service) => service.service);
  return serving + " of " + instances.length + " instances serve" + (asleep.length ? "; asleep: " + asleep.join(", ") : "");
}
