// The grid of "Your pictures": only rows near the window are in the document, so that ten thousand pictures
// scroll as smoothly as ten. One cell is the tab stop of the grid; arrows move from it in two dimensions.

import { h } from "easel/dom.js";
import { keyOf } from "easel/items.js";
import { GAP, heightOf, neighborOf, rowOf, rowsBetween, rowsOf } from "easel/picture_rows.js";
import { tile } from "easel/tile.js";
import { t } from "easel/words.js";

const NEAR_PX = 1000;
// Nearer than this all has to be drawn. Between the two nothing happens in most frames of a scroll.
const NEAREST_PX = 750;
const MARGIN_PX = { above: 16, below: 112 }; // below is room for the bar of what is selected

export class PictureGrid {
  // `onNear` is called when the end comes near the window, `decorate` for each cell that is drawn.
  constructor({ onNear, decorate }) {
    this.onNear = onNear;
    this.decorate = decorate;
    this.items = [];
    this.rows = [];
    this.drawn = new Map();
    this.active = null;
    const attributes = { class: "gallery__grid", role: "grid", "aria-multiselectable": "true" };
    this.element = h("div", { ...attributes, "aria-label": t("Your pictures"), hidden: true });
    this.element.style.setProperty("--gap", `${GAP}px`);
    this.element.addEventListener("focusin", ({ target }) => this.activate(target.closest(".tile")));
    this.onScroll = () => this.drawSoon();
    addEventListener("scroll", this.onScroll, { passive: true });
    this.resizing = new ResizeObserver(() => this.onResize());
  }

  // Once it is in the document.
  follow(root) {
    this.resizing.observe(root);
    this.resizing.observe(document.documentElement);
  }

  close() {
    removeEventListener("scroll", this.onScroll);
    this.resizing.disconnect();
    cancelAnimationFrame(this.frame);
  }

  // `isWhole`: there are no more to read.
  show(items, { isFailed, isWhole }) {
    const seen = this.firstSeen();
    const focused = this.focused();
    Object.assign(this, { items, isFailed, isWhole });
    this.element.hidden = !items.length;
    this.arrange();
    this.element.setAttribute("aria-rowcount", isWhole ? this.rows.length : -1);
    this.redraw(focused && idOf(focused.closest(".tile")));
    this.holdStill(seen);
    if (focused && document.activeElement !== focused) this.focusAgain(focused);
  }

  focused() {
    return this.element.contains(document.activeElement) ? document.activeElement : null;
  }

  arrange() {
    this.width = this.element.parentNode.clientWidth;
    const rem = Number.parseFloat(getComputedStyle(document.documentElement).fontSize);
    this.rows = rowsOf(this.items, { width: this.width, rem, isFailed: this.isFailed });
    this.element.style.height = `${heightOf(this.rows)}px`;
  }

  onResize() {
    if (this.width && this.element.parentNode.clientWidth !== this.width) this.show(this.items, this);
    this.drawSoon();
  }

  top() {
    return this.element.getBoundingClientRect().top;
  }

  // What comes or goes above the window must not move what is in it.
  firstSeen() {
    const top = this.rows.length ? this.top() : 0;
    if (top >= 0) return null;
    const row = rowsBetween(this.rows, -top, -top + innerHeight).find(({ items }) => items);
    return row && { id: row.items[0].id, at: row.top };
  }

  holdStill(seen) {
    const row = seen && rowOf(this.rows, seen.id);
    if (row && row.top !== seen.at) scrollBy({ top: row.top - seen.at, behavior: "instant" });
  }

  drawSoon() {
    this.frame ??= requestAnimationFrame(() => {
      this.frame = undefined;
      this.draw();
    });
  }

  // The row that has the focus stays, as the focus would be lost with it.
  draw(held) {
    const top = this.top();
    // Its beginning is drawn also while the window is far above, as Tab and `g` lead to it.
    const from = Math.max(-top, 0);
    const within = (px) => rowsBetween(this.rows, from - px, from + innerHeight + px);
    if (held || !within(NEAREST_PX).every((row) => this.drawn.has(row))) {
      const near = new Set(within(NEAR_PX));
      const kept = held ?? this.heldRow();
      if (kept) near.add(kept);
      this.drawRows(near);
    }
    if (top + heightOf(this.rows) < innerHeight + NEAR_PX) this.onNear();
  }

  heldRow() {
    const focused = this.focused();
    return focused && [...this.drawn].find(([, element]) => element.contains(focused))?.[0];
  }

  drawRows(near) {
    for (const [row, element] of this.drawn) {
      if (near.has(row)) continue;
      element.remove();
      this.drawn.delete(row);
    }
    this.place([...near].sort((a, b) => a.top - b.top));
  }

  // In their order in the document; none that is there already is moved, as that would take its focus.
  place(rows) {
    let next = null;
    for (const row of rows.reverse()) {
      if (!this.drawn.has(row)) this.drawn.set(row, this.drawRow(row));
      const element = this.drawn.get(row);
      if (element.nextSibling !== next || !element.parentNode) this.element.insertBefore(element, next);
      next = element;
    }
    if (!this.cell(this.active)) this.activate(this.firstCellSeen());
  }

  // All rows anew, of the cells that still show what they should.
  redraw(focused) {
    this.known = new Map([...this.cells()].map((cell) => [cell.dataset.key, cell]));
    this.drawn.clear();
    this.element.replaceChildren();
    this.draw(focused && rowOf(this.rows, focused));
    this.known = undefined;
  }

  drawRow(row) {
    const attributes = { class: `gallery__row gallery__row--${row.kind}`, role: "row" };
    const element = h("div", { ...attributes, "aria-rowindex": this.rows.indexOf(row) + 1 });
    element.style.top = `${row.top}px`;
    element.style.height = `${row.height}px`;
    element.style.setProperty("--columns", row.columns ?? 1);
    if (row.text) element.append(h("div", { role: "gridcell" }, h("h3", {}, row.text)));
    else element.append(...row.items.map((item) => this.known?.get(keyOf(item)) ?? tile(item)));
    for (const cell of element.querySelectorAll(".tile")) this.decorate(cell, idOf(cell));
    return element;
  }

  cells() {
    return this.element.querySelectorAll(".tile");
  }

  cell(id) {
    return id && this.element.querySelector(`[data-id="${id}"]`)?.closest(".tile");
  }

  firstCellSeen() {
    const cells = [...this.cells()];
    return cells.find((cell) => cell.getBoundingClientRect().top >= 0) ?? cells[0];
  }

  activate(cell) {
    if (!cell) return;
    for (const each of this.element.querySelectorAll('[tabindex="0"]')) each.tabIndex = -1;
    for (const each of cell.querySelectorAll("[tabindex]")) each.tabIndex = 0;
    this.active = idOf(cell);
  }

  neighbor(id, key) {
    return neighborOf(this.rows, id, key);
  }

  // Also of one that was not drawn, as it is far from the window. False where there is no such item.
  focus(id) {
    const row = rowOf(this.rows, id);
    if (!row) return false;
    const top = this.top() + row.top;
    const over = top - MARGIN_PX.above;
    const under = top + row.height - (innerHeight - MARGIN_PX.below);
    if (over < 0 || under > 0)
      scrollBy({ top: over < 0 ? over : Math.min(under, over), behavior: "instant" });
    this.draw();
    this.cell(id).querySelector(".tile__open").focus({ preventScroll: true });
    return true;
  }

  // A cell that was moved or drawn again has lost the focus.
  focusAgain(element) {
    const cell = this.cell(idOf(element.closest(".tile")));
    cell?.querySelector(`.${element.classList[0]}`)?.focus({ preventScroll: true });
  }
}

export const idOf = (cell) => cell.querySelector(".tile__open").dataset.id;
