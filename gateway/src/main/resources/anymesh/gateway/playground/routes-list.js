// SPDX-License-Identifier: Apache-2.0
// The routes of the moment: which releases take which share.

import { find, h } from "./dom.js";
import { percent } from "./format.js";

export function showRoutes(routes) {
  find("#routes").hidden = routes.length === 0;
  find("#routes ul").replaceChildren(...routes.map((route) => h("li", {},
    h("code", {}, route.name), route.on_trial ? h("span", { class: "badge" }, "on trial") : null,
    h("ol", {}, route.shares.map((share) => h("li", {}, h("b", {}, percent(share.share)), " ", share.releases.join(", ") || "any release",
      share.on_trial ? h("span", { class: "badge" }, "trial") : null))))));
}
