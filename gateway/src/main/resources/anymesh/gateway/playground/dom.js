// SPDX-License-Identifier: Apache-2.0
// Elements made in one line. Text is always text: nothing that a model wrote is read as HTML.

const SVG = "http://www.w3.org/2000/svg";

function fill(element, attributes, children) {
  for (const [name, value] of Object.entries(attributes)) {
    if (value === undefined || value === null || value === false) continue;
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else element.setAttribute(name, value === true ? "" : value);
  }
  element.append(...children.flat().filter((child) => child !== null && child !== undefined && child !== false));
  return element;
}

/** An HTML element; attributes that begin with "on" are listeners. */
export function h(tag, attributes = {}, ...children) {
  return fill(document.createElement(tag), attributes, children);
}

/** An SVG element. */
export function s(tag, attributes = {}, ...children) {
  return fill(document.createElementNS(SVG, tag), attributes, children);
}

/** One of the symbols in index.html; it says nothing to a screen reader. */
export function icon(name) {
  return s("svg", { class: "icon", "aria-hidden": "true" }, s("use", { href: "#i-" + name }));
}

/** A button with an icon and a text; the text may be for screen readers only. */
export function button(iconName, text, onclick, { quiet = false, ...attributes } = {}) {
  return h(
    "button",
    { type: "button", class: quiet ? "icon-button" : "text-button", title: quiet ? text : null, onclick, ...attributes },
    icon(iconName),
    h("span", { class: quiet ? "visually-hidden" : null }, text),
  );
}

export const find = (selector) => document.querySelector(selector);
