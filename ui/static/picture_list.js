// "Your pictures", or the failures: what is read of them, drawn, selected, opened, deleted.

import { Feed } from "easel/feed.js";
import { isUnkept } from "easel/items.js";
import { ListNote } from "easel/list_note.js";
import { removeItems } from "easel/picture_deletion.js";
import { followKeys } from "easel/picture_keys.js";
import { PictureGrid, idOf } from "easel/picture_grid.js";
import { followPointer } from "easel/picture_pointer.js";
import { Selection } from "easel/selection.js";
import { SelectionBar } from "easel/selection_bar.js";
import { tellNewest, tellRestored } from "easel/stage_pictures.js";
import { studio, usePrompt } from "easel/studio.js";
import { Viewer } from "easel/viewer.js";
import { t } from "easel/words.js";
import { downloadAll } from "easel/zips.js";

const NOT_KEPT_SECONDS = 10;
const MOST_IN_VAIN = 3; // pages without anything of what is shown

export class PictureList {
  constructor(root) {
    this.root = root;
    this.feed = new Feed();
    this.selection = new Selection();
    this.isFailed = false;
    this.inVain = 0;
    this.grid = new PictureGrid({
      onNear: () => this.isStopped || this.more(),
      decorate: (cell, id) => this.showTick(cell, id),
    });
    this.bar = new SelectionBar({
      onDownload: () => downloadAll(this.selected()),
      onDelete: () => this.remove(this.selected()),
      onClear: () => this.deselect(),
    });
    this.note = new ListNote(this);
    root.append(this.grid.element, this.note.element, this.bar.element);
    this.grid.follow(root);
    this.viewer = new Viewer(this);
    this.listening = new AbortController();
    followPointer(this);
    followKeys(this, this.listening.signal);
    this.more();
  }

  close() {
    this.listening.abort();
    this.grid.close();
    clearTimeout(this.watching);
    this.viewer.remove();
  }

  shown() {
    return this.feed.items.filter((item) => item.status !== "processing" && !item.error === !this.isFailed);
  }

  // Nobody scrolls for ever through what the filter does not show: then it goes on when it is asked to.
  get isStopped() {
    return this.hasFailed || this.inVain >= MOST_IN_VAIN;
  }

  get isWhole() {
    return this.feed.next === null;
  }

  search(words) {
    if (words === this.feed.words) return;
    this.feed.search(words);
    this.startAnew();
    this.more();
  }

  filter(isFailed) {
    this.isFailed = isFailed;
    this.startAnew();
    this.arrange();
  }

  takeOut(items) {
    this.feed.remove(items);
    this.arrange();
  }

  // What came back. Where words are searched for, only reading tells whether it belongs there.
  async putBack(items) {
    this.feed.putBack(items);
    tellRestored(items);
    if (this.feed.words) {
      this.feed.search(this.feed.words);
      await this.more();
    } else this.arrange();
  }

  startAnew() {
    this.hasFailed = false;
    this.inVain = 0;
    this.deselect();
  }

  async more() {
    const { words } = this.feed;
    if (this.isWhole || this.feed.isReading) return;
    const count = this.shown().length;
    try {
      await this.feed.more();
    } catch (error) {
      if (words === this.feed.words) this.showProblem(error);
      return;
    }
    if (words !== this.feed.words) return;
    this.hasFailed = false;
    this.inVain = this.shown().length > count ? 0 : this.inVain + 1;
    this.arrange();
    if (this.selection.isOfAll && !this.isWhole) this.more();
  }

  lookFurther() {
    this.inVain = 0;
    this.more();
  }

  async refresh() {
    try {
      await this.feed.refresh();
      this.arrange();
    } catch {
      // the next change, or the next scroll, reads again
    }
  }

  showProblem(error) {
    this.hasFailed = true;
    studio.newest ??= []; // the stage does not wait for what does not come
    this.note.offer(error.message, t("Try again"), () => this.more());
  }

  arrange() {
    const shown = this.shown();
    tellNewest(this.feed);
    this.selection.keepTo(shown);
    this.note.show(shown.length);
    this.grid.show(shown, this);
    this.showSelection();
    this.watchUnkept();
  }

  // Only the newest are watched, because `refresh` reads only those.
  watchUnkept() {
    clearTimeout(this.watching);
    if (this.feed.newest().some(isUnkept))
      this.watching = setTimeout(() => this.refresh(), NOT_KEPT_SECONDS * 1000);
  }

  open(id) {
    this.viewer.open(this.shown().find((item) => item.id === id));
  }

  remove(items) {
    return removeItems(this, items);
  }

  useAgain(id) {
    usePrompt(this.shown().find((item) => item.id === id).prompt);
  }

  selected() {
    return this.shown().filter((item) => this.selection.has(item.id));
  }

  toggle(id) {
    this.selection.toggle(id);
    this.showSelection();
  }

  selectTo(id) {
    this.selection.extendTo(id, this.shown());
    this.showSelection();
  }

  selectAll() {
    this.selection.all(this.shown());
    this.showSelection();
    if (!this.isWhole) this.more();
  }

  deselect() {
    const hadFocus = this.bar.element.contains(document.activeElement);
    this.selection.clear();
    this.showSelection();
    if (hadFocus) this.grid.focus(this.grid.active);
  }

  showSelection() {
    this.root.classList.toggle("is-selecting", this.selection.size > 0);
    for (const cell of this.grid.cells()) this.showTick(cell, idOf(cell));
    const hasPictures = this.selected().some((item) => item.thumb_url);
    const isMoreComing = this.selection.isOfAll && !this.isWhole;
    this.bar.show(this.selection.size, { hasPictures, isMoreComing });
  }

  showTick(cell, id) {
    const isSelected = this.selection.has(id);
    cell.setAttribute("aria-selected", isSelected);
    cell.querySelector(".tile__tick").checked = isSelected;
  }

  // An open viewer keeps the focus, as the page behind it is inert.
  focusOn(id) {
    if (!this.viewer.dialog.open) return this.grid.focus(id);
    this.viewer.dialog.focus();
    return true;
  }

  focusAt(index) {
    const shown = this.shown();
    const item = shown[Math.min(index, shown.length - 1)];
    if (!item || !this.focusOn(item.id)) document.getElementById("prompt")?.focus();
  }
}
