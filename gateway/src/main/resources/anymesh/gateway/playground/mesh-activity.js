// SPDX-License-Identifier: Apache-2.0
// What a request is doing in the mesh, read from what its stream has said so far.

import { modalityOfPart } from "./media.js";

/** A node or a leg of the way is active, then done. */
export class Activity {
  constructor(request) {
    this.nodes = new Map();
    this.legs = new Map();
    this.fired = [];
    this.over = false;
    const media = new Set(request.messages.flatMap((message) => message.parts ?? (Array.isArray(message.content) ? message.content : []))
      .map((part) => modalityOfPart(part.type)).filter((modality) => modality !== "text"));
    for (const modality of media) {
      this.#node("encoder", "active", modality);
      this.#node("input-projector", "active", modality);
      this.#leg("encoder", "input-projector", "active", modality);
      this.#leg("input-projector", "backbone", "active", modality);
    }
    this.#leg("in", "backbone", "active", "text");
    if (media.size === 0) this.#node("backbone", "active", "text");
  }

  #node(service, phase, modality, progress = null) {
    this.nodes.set(service, { phase, modality, progress });
  }

  #leg(from, to, phase, modality) {
    this.legs.set(from + ">" + to, { phase, modality });
  }

  #finish(...services) {
    for (const service of services) {
      const node = this.nodes.get(service);
      if (node) node.phase = "done";
    }
  }

  /** The backbone has said something: what goes in is in. */
  chunk() {
    if (!this.legs.get("in>backbone") || this.begun) return;
    this.begun = true;
    this.#finish("encoder", "input-projector");
    this.legs.forEach((leg) => (leg.phase = "done"));
    this.#node("backbone", "active", "text");
  }

  part(what, part) {
    if (what === "usage") return;
    if (what === "text") {
      this.#leg("backbone", "out", "active", "text");
      return;
    }
    const generator = "generator-" + part.modality;
    if (what === "start") {
      this.fired.push(part.modality);
      this.#node("output-projector", "active", part.modality);
      this.#node(generator, "active", part.modality, 0);
      this.#leg("backbone", "output-projector", "active", part.modality);
      this.#leg("output-projector", generator, "active", part.modality);
    }
    if (what === "progress") {
      this.#finish("output-projector");
      this.#node(generator, "active", part.modality, part.steps ? part.step / part.steps : 0);
    }
    if (what === "done") {
      this.#node(generator, "done", part.modality, 1);
      this.#leg("output-projector", generator, "done", part.modality);
    }
  }

  end(exchange) {
    this.over = true;
    this.hops = hopsOf(exchange.answer);
    const phase = exchange.state === "done" ? "done" : "broken";
    this.nodes.forEach((node) => (node.phase = node.phase === "active" ? phase : node.phase));
    this.legs.forEach((leg) => (leg.phase = leg.phase === "active" ? phase : leg.phase));
    if (phase === "done") this.nodes.forEach((node) => (node.progress = null));
  }
}

/** The calls of an answer, each with the instance that took it, and in the order of the path. */
export function hopsOf(answer) {
  const order = ["encoder", "input-projector", "backbone", "output-projector"];
  const place = (stage) => (order.includes(stage) ? order.indexOf(stage) : order.length);
  const same = (a, b) => ["stage", "modality", "bundle", "version"].every((key) => a[key] === b[key]);
  return (answer.usage?.stages ?? [])
    .map((call) => ({ ...call, instances: answer.route.filter((hop) => same(hop, call)).map((hop) => hop.instance) }))
    .sort((a, b) => place(a.stage) - place(b.stage));
}
