// "Your pictures": read page by page from the API, and drawn in blocks. Only blocks near the window have
// their tiles in the document, so that ten thousand pictures scroll as smoothly as ten.

import { h } from "easel/dom.js";
import { call, isUnkept, keyOf } from "easel/items.js";
import { studio } from "easel/studio.js";
import { tile } from "easel/tile.js";
import { toast } from "easel/toast.js";
import { Viewer } from "easel/viewer.js";

const PAGE = 24;
const NOT_KEPT_SECONDS = 10;
const ON_ITS_WAY_SECONDS = 5;
const NEAR = "1500px";

export class PictureList {
  constructor(root) {
    this.root = root;
    this.items = [];
    this.removed = new Set();
    this.next = undefined;
    this.words = "";
    this.blocks = h("div", { class: "gallery__blocks" });
    this.note = h("p", { class: "small gallery__note", role: "status" });
    this.sentinel = h("div", { class: "gallery__sentinel" });
    root.append(this.blocks, this.note, this.sentinel);
    this.viewer = new Viewer(this);
    this.near = new IntersectionObserver((entries) => this.drawAll(entries), { rootMargin: NEAR });
    this.end = new IntersectionObserver((entries) => entries.at(-1).isIntersecting && this.more(), {
      rootMargin: NEAR,
    });
    this.more();
  }

  close() {
    this.near.disconnect();
    this.end.disconnect();
    clearTimeout(this.watching);
    this.viewer.remove();
  }

  // Only those whose prompts contain the words, from the newest on.
  search(words) {
    if (words === this.words) return;
    this.words = words;
    this.items = [];
    this.next = undefined;
    this.isLoading = false; // what is on its way was asked for with other words
    this.more();
  }

  query() {
    return this.words ? `&q=${encodeURIComponent(this.words)}` : "";
  }

  async more() {
    if (this.isLoading || this.next === null) return;
    this.isLoading = true;
    const { words } = this;
    try {
      // From the last known picture: `next` names a picture that may be deleted, where the API finds no page.
      const last = this.items.at(-1)?.id;
      const before = this.next && last ? `&before=${last}` : "";
      const page = await call("GET", `?limit=${PAGE}${before}${this.query()}`);
      if (words !== this.words) return;
      this.next = page.next ?? null;
      const known = new Set(this.items.map((item) => item.id));
      this.items.push(...page.items.filter((item) => !known.has(item.id)));
      this.arrange();
    } catch (error) {
      if (words !== this.words) return;
      this.note.replaceChildren(
        `${error.message} `,
        h(
          "button",
          { class: "button button--quiet", type: "button", onclick: () => this.more() },
          "Try again",
        ),
      );
      return;
    } finally {
      if (words === this.words) this.isLoading = false;
    }
    this.watchEnd();
  }

  // A new observation reports at once, also for an end that is still near and would not report again.
  watchEnd() {
    this.end.unobserve(this.sentinel);
    if (this.next) this.end.observe(this.sentinel);
  }

  // Reads the newest page, after a run has started or ended, here or elsewhere.
  async refresh() {
    const { words } = this;
    try {
      const page = await call("GET", `?limit=${PAGE}${this.query()}`);
      if (words !== this.words) return;
      // A picture that is newer than the page's last one, but not on the page, was deleted elsewhere.
      const end = page.next ? page.items.at(-1).created_at : "";
      const older = this.items.filter((item) => item.created_at < end);
      this.items = [...page.items.filter((item) => !this.removed.has(item.id)), ...older];
      if (this.next === undefined) this.next = page.next ?? null;
      this.arrange();
      this.watchEnd();
    } catch {
      // the next change, or the next scroll, reads again
    }
  }

  shown() {
    return this.items.filter((item) => item.status !== "processing");
  }

  arrange() {
    const shown = this.shown();
    if (!this.words) studio.newest = shown.slice(0, PAGE);
    const count = Math.ceil(shown.length / PAGE);
    while (this.blocks.children.length > count) {
      this.near.unobserve(this.blocks.lastChild);
      this.blocks.lastChild.remove();
    }
    while (this.blocks.children.length < count) {
      const block = h("ul", { class: "gallery__block" });
      this.blocks.append(block);
      this.fill(block); // now, because the height of the blocks decides whether the end is near
      this.near.observe(block);
    }
    const focused = this.root.querySelector(".tile__open:focus")?.dataset.id;
    for (const block of this.blocks.children) if (block.children.length) this.fill(block);
    // A tile that was moved or drawn again has lost the focus.
    if (focused) this.root.querySelector(`[data-id="${focused}"]`)?.focus({ preventScroll: true });
    this.note.textContent = this.words ? this.found(shown.length) : this.emptyNote(shown.length);
    this.watchUnkept();
  }

  emptyNote(count) {
    return !count && this.next === null ? "Your finished pictures gather here." : "";
  }

  found(count) {
    if (count) return `${count}${this.next === null ? "" : " or more"} found.`;
    return this.next === null ? "No prompt of yours has all of these words." : "";
  }

  // Only the first page is watched, because `refresh` reads only that.
  watchUnkept() {
    clearTimeout(this.watching);
    if (this.items.slice(0, PAGE).some(isUnkept))
      this.watching = setTimeout(() => this.refresh(), NOT_KEPT_SECONDS * 1000);
  }

  drawAll(entries) {
    for (const { target, isIntersecting } of entries) this.draw(target, isIntersecting);
  }

  draw(block, isNear) {
    if (isNear) {
      this.fill(block);
      block.style.minHeight = "";
    } else if (block.children.length) {
      block.style.minHeight = `${block.offsetHeight}px`;
      block.replaceChildren();
    }
  }

  fill(block) {
    const start = [...this.blocks.children].indexOf(block) * PAGE;
    const items = this.shown().slice(start, start + PAGE);
    const known = new Map([...block.children].map((tile) => [tile.dataset.key, tile]));
    const tiles = items.map((item) => known.get(keyOf(item)) ?? tile(item, () => this.viewer.open(item.id)));
    const isSame =
      tiles.length === block.children.length && tiles.every((tile, i) => tile === block.children[i]);
    if (!isSame) block.replaceChildren(...tiles);
  }

  // Opens a picture that may be too new to have been read.
  async open(id) {
    const isHere = () => this.shown().some((item) => item.id === id);
    if (!isHere()) await this.refresh();
    if (isHere()) this.viewer.open(id);
  }

  // From elsewhere on the page: the focus stays there.
  async removeById(id) {
    const item = this.shown().find((each) => each.id === id);
    if (item) await this.remove(item, { keepsFocus: true });
  }

  async remove(item, { keepsFocus = false } = {}) {
    const index = this.shown().findIndex((other) => other.id === item.id);
    this.items = this.items.filter((other) => other.id !== item.id);
    this.removed.add(item.id);
    this.arrange();
    try {
      const { undo_seconds } = await call("POST", `/${item.id}/delete`);
      this.offerUndo(item, undo_seconds);
    } catch (error) {
      this.putBack(item);
      toast(error.message);
    }
    if (keepsFocus) return;
    const tiles = this.root.querySelectorAll(".tile__open");
    (tiles[Math.min(index, tiles.length - 1)] ?? document.getElementById("prompt"))?.focus();
  }

  // Offered for some seconds less than the server allows, so that the request arrives in time.
  offerUndo(item, seconds) {
    const action = { label: "Undo", run: () => this.restore(item) };
    toast("Deleted.", { seconds: Math.max(seconds - ON_ITS_WAY_SECONDS, 1), action });
  }

  async restore(item) {
    try {
      await call("POST", `/${item.id}/restore`);
      this.putBack(item);
      this.root.querySelector(`[data-id="${item.id}"]`)?.focus();
      toast("Restored.");
    } catch (error) {
      toast(error.message);
    }
  }

  putBack(item) {
    this.removed.delete(item.id);
    this.items = [...this.items, item].sort((a, b) => (a.created_at < b.created_at ? 1 : -1));
    this.arrange();
  }
}
