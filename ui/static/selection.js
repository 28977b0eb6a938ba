// Which pictures are selected: one by one, a range from the last one that was, or all.

export class Selection {
  constructor() {
    this.clear();
  }

  get size() {
    return this.ids.size;
  }

  has(id) {
    return this.ids.has(id);
  }

  clear() {
    this.ids = new Set();
    this.isOfAll = false; // then what is read later is selected too
    this.anchorAt(null);
  }

  anchorAt(id) {
    this.anchor = id;
    this.before = new Set(this.ids);
  }

  toggle(id) {
    if (!this.ids.delete(id)) this.ids.add(id);
    this.isOfAll = false;
    this.anchorAt(id);
  }

  // Everything from the anchor to `id`, in the order of `shown`, besides what was selected before the range.
  extendTo(id, shown) {
    const order = shown.map((item) => item.id);
    const from = order.indexOf(this.anchor);
    if (from < 0) {
      if (!this.ids.has(id)) this.toggle(id);
      return;
    }
    const [start, end] = [from, order.indexOf(id)].sort((a, b) => a - b);
    this.isOfAll = false;
    this.ids = new Set([...this.before, ...order.slice(start, end + 1)]);
  }

  all(shown) {
    this.isOfAll = true;
    this.keepTo(shown);
  }

  // After the list has changed: what is gone cannot stay selected.
  keepTo(shown) {
    const kept = shown.filter((item) => this.isOfAll || this.ids.has(item.id));
    this.ids = new Set(kept.map((item) => item.id));
  }
}
