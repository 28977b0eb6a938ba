// Clicks and touches on "Your pictures": open, tick, a range with Shift, a long press that begins to select.

import { idOf } from "easel/picture_grid.js";

const LONG_MS = 500;
const STEADY_PX = 10;

export function followPointer(list) {
  const press = new LongPress((id) => list.toggle(id));
  const { element } = list.grid;
  element.addEventListener("pointerdown", (event) => press.begin(event));
  element.addEventListener("pointermove", (event) => press.move(event));
  for (const name of ["pointerup", "pointercancel"]) element.addEventListener(name, () => press.end());
  element.addEventListener("contextmenu", (event) => press.isTouch && event.preventDefault());
  element.addEventListener("click", (event) => {
    if (press.takesClick()) event.preventDefault();
    else onClick(list, event);
  });
}

function onClick(list, event) {
  const cell = event.target.closest(".tile");
  if (!cell) return;
  const id = idOf(cell);
  if (event.target.closest(".tile__again")) list.useAgain(id);
  else if (event.shiftKey) list.selectTo(id);
  else if (event.target.closest(".tile__tick") || isToggle(event, list)) list.toggle(id);
  else if (event.target.closest(".tile__open")) list.open(id);
}

// Enter, which is no click of a pointer, opens also while some are selected.
const isToggle = (event, list) => event.ctrlKey || event.metaKey || (list.selection.size && event.detail);

class LongPress {
  constructor(act) {
    this.act = act;
  }

  // A second finger ends it: that is a pinch.
  begin({ target, pointerType, clientX, clientY, isPrimary }) {
    this.end();
    this.hasActed = false;
    this.isTouch = pointerType === "touch";
    const open = target.closest(".tile__open");
    if (!this.isTouch || !open || !isPrimary) return;
    this.from = [clientX, clientY];
    this.timer = setTimeout(() => {
      this.hasActed = true;
      this.act(open.dataset.id);
    }, LONG_MS);
  }

  move({ clientX, clientY }) {
    if (this.from && Math.hypot(clientX - this.from[0], clientY - this.from[1]) > STEADY_PX) this.end();
  }

  end() {
    clearTimeout(this.timer);
  }

  // The click at the end of a long press is part of it.
  takesClick() {
    const { hasActed } = this;
    this.hasActed = false;
    return hasActed;
  }
}
