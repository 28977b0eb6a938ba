// What can be done with the selected pictures: how many they are, and a button for each act.

import { h } from "easel/dom.js";
import { whole } from "easel/format.js";
import { say } from "easel/say.js";

export class SelectionBar {
  constructor({ onDownload, onDelete, onClear }) {
    this.count = h("p", { class: "selection__count" });
    this.announced = "Nothing is selected.";
    this.download = button("Download", onDownload);
    const acts = [this.download, button("Delete", onDelete), button("Clear", onClear)];
    this.element = h(
      "div",
      { class: "selection", role: "group", "aria-label": "Selected pictures", hidden: true },
      this.count,
      ...acts,
    );
  }

  // `isMoreComing`: all are to be selected, and some are still to be read.
  show(size, { hasPictures, isMoreComing }) {
    const text = isMoreComing ? `${whole(size)} selected so far` : `${whole(size)} selected`;
    const announcement = size ? text : "Nothing is selected.";
    if (announcement !== this.announced && !isMoreComing) say(announcement);
    this.announced = announcement;
    this.count.textContent = text;
    this.download.hidden = !hasPictures;
    this.element.hidden = !size;
  }
}

function button(text, onclick) {
  return h("button", { class: "button button--quiet", type: "button", onclick }, text);
}
