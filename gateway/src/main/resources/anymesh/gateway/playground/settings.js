// SPDX-License-Identifier: Apache-2.0
// Model, seed, temperature, soundtrack and the API key, in a popover of the composer.

import { key } from "./api.js";
import { find, h } from "./dom.js";

export function settings(changed) {
  const form = find("#settings");
  const fields = form.elements;
  const opener = find("#open-settings");

  const number = (field) => (field.value.trim() === "" || !field.validity.valid ? null : Number(field.value));
  const read = () => ({
    model: fields.model.value,
    seed: number(fields.seed),
    temperature: number(fields.temperature),
    soundtrack: fields.soundtrack.checked,
  });

  function noted() {
    const { seed, temperature, soundtrack } = read();
    opener.classList.toggle("changed", seed !== null || temperature !== null || soundtrack);
    changed();
  }

  fields.key.value = key.get();
  fields.key.addEventListener("input", () => key.set(fields.key.value));
  form.addEventListener("input", noted);
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    form.hidePopover();
  });
  find("#dice").addEventListener("click", () => {
    fields.seed.value = Math.floor(Math.random() * 10_000);
    noted();
  });
  form.addEventListener("toggle", (event) => {
    if (event.newState !== "open") return;
    const at = opener.getBoundingClientRect();
    form.style.left = Math.max(12, Math.min(at.left, innerWidth - form.offsetWidth - 12)) + "px";
    form.style.top = Math.max(12, at.top - form.offsetHeight - 10) + "px";
  });

  return {
    read,
    /** Those that are named take these values, the others their defaults. */
    write({ seed = null, temperature = null, soundtrack = false, model = fields.model.value }) {
      fields.seed.value = seed ?? "";
      fields.temperature.value = temperature ?? "";
      fields.soundtrack.checked = soundtrack;
      fields.model.value = model;
      noted();
    },
    /** Asks for the key, where the gateway does. */
    askForKey() {
      if (fields.key === document.activeElement) return;
      form.showPopover();
      fields.key.focus();
    },
    offer(models) {
      const chosen = fields.model.value;
      fields.model.replaceChildren(...models.map((model) => h("option", { value: model.id }, model.id)));
      if (models.some((model) => model.id === chosen)) fields.model.value = chosen;
      changed();
    },
  };
}
