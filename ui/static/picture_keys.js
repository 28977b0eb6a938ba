// The keys of "Your pictures", while the focus is there: arrows, a selection, Delete; and Escape.

import { asRead } from "easel/direction.js";
import { idOf } from "easel/picture_grid.js";

const ARROWS = ["ArrowLeft", "ArrowRight", "ArrowUp", "ArrowDown"];
const TYPING = "input:not([type=checkbox]), textarea, select, [contenteditable]";

export function followKeys(list, signal) {
  list.root.addEventListener("keydown", (event) => onKeydown(list, event));
  // Firefox presses a button when the key comes up.
  list.root.addEventListener("keyup", (event) => isSpaceOnTile(event) && event.preventDefault());
  document.addEventListener("keydown", (event) => onEscape(list, event), { signal });
}

const isSpaceOnTile = ({ key, target }) => key === " " && target.closest(".tile__open");

function onEscape(list, { key, target }) {
  if (key !== "Escape" || !list.selection.size || target.closest(TYPING)) return;
  if (!document.querySelector("dialog[open]")) list.deselect();
}

function onKeydown(list, event) {
  if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "a") {
    event.preventDefault();
    list.selectAll();
    return;
  }
  const cell = event.target.closest(".tile");
  if (!cell || event.ctrlKey || event.metaKey || event.altKey) return;
  const id = idOf(cell);
  if (ARROWS.includes(event.key)) move(list, id, event);
  // A key that is held down deletes one, not each that comes to its place.
  else if (event.key === "Delete") event.repeat || removeFrom(list, id);
  else if (isSpaceOnTile(event)) list.toggle(id);
  else return;
  event.preventDefault();
}

function move(list, id, { key, shiftKey }) {
  const to = list.grid.neighbor(id, asRead(key));
  if (!to) return;
  if (shiftKey && !list.selection.has(id)) list.toggle(id);
  if (shiftKey) list.selectTo(to.id);
  list.grid.focus(to.id);
}

// The selection, if this one is part of it.
function removeFrom(list, id) {
  const isOne = !list.selection.has(id);
  list.remove(isOne ? list.shown().filter((item) => item.id === id) : list.selected());
}
