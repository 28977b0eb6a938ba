// A person's generations as the API lists them, newest first: read page by page, searched, and read again.

import { call } from "easel/items.js";

// The first page is what the window shows; after that, as many as the API gives at once.
const [FIRST, MOST] = [48, 100];

export class Feed {
  constructor() {
    this.items = [];
    this.removed = new Set();
    this.words = "";
    this.next = undefined; // null at the end
    this.isReading = false;
    this.version = 0; // of what is known here and not by an answer that was read before
  }

  // Only those whose prompts contain the words, from the newest on.
  search(words) {
    this.words = words;
    this.items = [];
    this.next = undefined;
    this.isReading = false; // what is on its way was asked for with other words
  }

  async read(limit, before) {
    const words = this.words && `&q=${encodeURIComponent(this.words)}`;
    return call("GET", `?limit=${limit}${before ? `&before=${before}` : ""}${words}`);
  }

  // Reads the next page. Raises the error of the call.
  async more() {
    const { words } = this;
    // From the last known one: `next` names a generation that may be deleted, where the API finds no page.
    const last = this.next && this.items.at(-1)?.id;
    this.isReading = true;
    const page = await this.read(last ? MOST : FIRST, last).finally(() => {
      if (words === this.words) this.isReading = false;
    });
    if (words !== this.words) return;
    this.next = page.next ?? null;
    const known = new Set(this.items.map((item) => item.id));
    this.items.push(...page.items.filter(({ id }) => !known.has(id) && !this.removed.has(id)));
  }

  // Reads the newest page again, after a run has started or ended, here or elsewhere.
  async refresh() {
    const { words } = this;
    let page;
    this.version += 1;
    for (let version; version !== this.version; ) {
      version = this.version;
      page = await this.read(FIRST);
      if (words !== this.words) return;
    }
    // One that is newer than the page's last one, but not on the page, was deleted elsewhere.
    const end = page.next ? page.items.at(-1).created_at : "";
    const older = this.items.filter((item) => item.created_at < end);
    this.items = [...page.items.filter((item) => !this.removed.has(item.id)), ...older];
    if (this.next === undefined) this.next = page.next ?? null;
  }

  newest() {
    return this.items.slice(0, FIRST);
  }

  newestPicture() {
    return this.items.find((item) => item.thumb_url);
  }

  remove(items) {
    this.version += 1;
    for (const { id } of items) this.removed.add(id);
    this.items = this.items.filter((item) => !this.removed.has(item.id));
  }

  putBack(items) {
    this.version += 1;
    for (const { id } of items) this.removed.delete(id);
    const known = new Set(this.items.map((item) => item.id));
    const missing = items.filter((item) => !known.has(item.id));
    this.items = [...this.items, ...missing].sort((a, b) => (a.created_at < b.created_at ? 1 : -1));
  }
}
