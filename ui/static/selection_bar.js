// What can be done with the selected pictures: how many they are, and a button for each act.

import { h } from "easel/dom.js";
import { say } from "easel/say.js";
import { t, tn } from "easel/words.js";

const NOTHING = t("Nothing is selected.");

export class SelectionBar {
  constructor({ onDownload, onDelete, onClear }) {
    this.count = h("p", { class: "selection__count" });
    this.announced = NOTHING;
    this.download = button(t("Download"), onDownload);
    const acts = [this.download, button(t("Delete"), onDelete), button(t("Clear"), onClear)];
    this.element = h(
      "div",
      { class: "selection", role: "group", "aria-label": t("Selected pictures"), hidden: true },
      this.count,
      ...acts,
    );
  }

  // `isMoreComing`: all are to be selected, and some are still to be read.
  show(size, { hasPictures, isMoreComing }) {
    const text = isMoreComing
      ? tn("{n} selected so far", "{n} selected so far", size)
      : tn("{n} selected", "{n} selected", size);
    const announcement = size ? text : NOTHING;
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
