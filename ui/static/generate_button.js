// Generate, and below it why it is off, or what another picture costs and what is left.

import { h } from "vue";
import { remarksOf } from "easel/offer.js";
import { t } from "easel/words.js";

const isMac = () => /Mac|iPhone|iPad/.test(navigator.platform);

export function renderGenerate({ isOff, whyOff, offer, press }) {
  // In the place of the reason, and its room is kept, so that nothing moves.
  const remarks = remarksOf(offer).map((text) => h("span", { class: "offer__line" }, text));
  const button = {
    type: "button",
    class: "button button--primary button--wide",
    disabled: isOff,
    "aria-describedby": "generate-reason",
    onClick: press,
  };
  // Where there is nothing to say, the shortcut; screen readers have it in the list of keys.
  const keys = h("p", { class: "small offer offer--keys", "aria-hidden": "true" }, [
    h("kbd", {}, isMac() ? "⌘" : t("Ctrl")),
    h("kbd", {}, "↵"),
  ]);
  return [
    h("button", button, t("Generate")),
    h("div", { class: "prompt-box__below" }, [
      h("p", { class: "small reason", id: "generate-reason", role: "status" }, whyOff),
      remarks.length ? h("p", { class: ["small offer", { "is-away": whyOff }] }, remarks) : null,
      remarks.length || whyOff ? null : keys,
    ]),
  ];
}
