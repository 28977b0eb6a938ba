// A small word in the header, such as "Demo"; a press or the pointer tells what it means.

import { h } from "vue";

const ID = "about-the-chip";

export function renderChip(chip) {
  if (!chip) return null;
  const { word, sentence } = chip;
  const attributes = { class: "demo-chip", type: "button", title: sentence, popovertarget: ID };
  return [
    h("button", attributes, h("span", { class: "demo-chip__word" }, word)),
    h("p", { class: "demo-chip__sentence", id: ID, popover: "auto" }, sentence),
  ];
}
