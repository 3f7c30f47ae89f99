// SPDX-License-Identifier: Apache-2.0
// What a user sent, or is about to, in small.

import { h, icon } from "./dom.js";
import { bytes } from "./format.js";

export function thumbnail(medium, remove) {
  const picture = h("span", { class: "thumbnail-picture" }, icon(medium.modality));
  if (medium.modality === "image") {
    const image = h("img", { src: medium.view, alt: "" });
    image.addEventListener("load", () => picture.replaceChildren(image)); // a HEIC, say, is read by the mesh but not shown
  }
  if (medium.modality === "video") {
    const film = h("video", { src: medium.view, muted: true, playsinline: true, preload: "auto", "aria-hidden": "true" });
    film.addEventListener("loadeddata", () => picture.replaceChildren(film));
  }
  const name = h("span", { class: "thumbnail-name" }, h("b", {}, medium.name), h("small", {}, bytes(medium.bytes)));
  const element = h("div", { class: "thumbnail", "data-modality": medium.modality }, picture, name);
  if (medium.modality === "audio") {
    const audio = new Audio(medium.view);
    const play = h("button", { type: "button", class: "icon-button", onclick: () => (audio.paused ? audio.play() : audio.pause()) },
      icon("play"), h("span", { class: "visually-hidden" }, "Play " + medium.name));
    element.append(play);
  }
  if (remove) {
    element.append(h("button", { type: "button", class: "icon-button remove", title: "Remove", onclick: remove }, icon("close"),
      h("span", { class: "visually-hidden" }, "Remove " + medium.name)));
  }
  return element;
}
