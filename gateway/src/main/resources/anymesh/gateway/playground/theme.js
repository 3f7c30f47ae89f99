// SPDX-License-Identifier: Apache-2.0
// Light or dark: as the system has it, until somebody chooses.

import { find } from "./dom.js";

const KEY = "anymesh-theme";

export function theme() {
  const root = document.documentElement;
  const dark = matchMedia("(prefers-color-scheme: dark)");
  const toggle = find("#theme");
  const isDark = () => (root.dataset.theme ? root.dataset.theme === "dark" : dark.matches);
  const show = () => toggle.setAttribute("aria-pressed", String(isDark()));
  try {
    const chosen = localStorage.getItem(KEY);
    if (chosen) root.dataset.theme = chosen;
  } catch {
    // A browser that keeps nothing.
  }
  toggle.addEventListener("click", () => {
    root.dataset.theme = isDark() ? "light" : "dark";
    try {
      localStorage.setItem(KEY, root.dataset.theme);
    } catch {
      // Then for this visit.
    }
    show();
  });
  dark.addEventListener("change", show);
  show();
}
