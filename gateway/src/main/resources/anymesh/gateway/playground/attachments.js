// SPDX-License-Identifier: Apache-2.0
// Files for the next turn: picked, dropped, pasted or recorded.

import { find } from "./dom.js";
import { mediumOf, modalityOf } from "./media.js";
import { thumbnail } from "./thumbnail.js";

export function attachments(changed) {
  const tray = find("#tray");
  const notice = find("#notice");
  let media = [];

  function draw() {
    tray.replaceChildren(...media.map((medium) => thumbnail(medium, () => {
      set(media.filter((other) => other !== medium));
      find("#prompt").focus();
    })));
    tray.hidden = media.length === 0;
  }

  function set(next) {
    media = next;
    notice.textContent = "";
    draw();
    changed();
  }

  async function add(files) {
    for (const file of files) {
      const modality = modalityOf(file);
      if (modality) {
        const medium = await mediumOf(file, modality);
        set([...media, medium]);
        find("#status").textContent = file.name + " is attached.";
      } else {
        notice.textContent = file.name + " is neither a picture nor a sound nor a film.";
      }
    }
  }

  find("#attach").addEventListener("click", () => find("#file").click());
  find("#file").addEventListener("change", (event) => {
    add([...event.target.files]);
    event.target.value = "";
  });
  find("#prompt").addEventListener("paste", (event) => {
    if (event.clipboardData.files.length === 0) return;
    event.preventDefault();
    add([...event.clipboardData.files]);
  });
  dropping(add);
  return { add, set, all: () => media };
}

/** The whole page takes files. */
function dropping(add) {
  let depth = 0;
  const over = (by) => {
    depth = by === 0 ? 0 : depth + by;
    document.body.classList.toggle("dropping", depth > 0);
  };
  const carriesFiles = (event) => event.dataTransfer?.types.includes("Files");
  addEventListener("dragenter", (event) => carriesFiles(event) && over(1));
  addEventListener("dragleave", (event) => carriesFiles(event) && over(-1));
  addEventListener("dragover", (event) => carriesFiles(event) && event.preventDefault());
  addEventListener("drop", (event) => {
    if (!carriesFiles(event)) return;
    event.preventDefault();
    over(0);
    add([...event.dataTransfer.files]);
  });
}
