// A small word in the header for the demo; a press or the pointer tells what it means.

import { h } from "vue";

const ID = "about-the-demo";

export function renderDemoChip(sentence) {
  if (!sentence) return null;
  const attributes = { class: "demo-chip", type: "button", title: sentence, popovertarget: ID };
  return [
    h("button", attributes, h("span", { class: "demo-chip__word" }, "Demo")),
    h("p", { class: "demo-chip__sentence", id: ID, popover: "auto" }, sentence),
  ];
}
