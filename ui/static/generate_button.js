// Generate, and below it why it is off, or what another picture costs and what is left.

import { h } from "vue";
import { remarksOf } from "easel/offer.js";
import { t } from "easel/words.js";

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
  return [
    h("button", button, t("Generate")),
    h("div", { class: "prompt-box__below" }, [
      h("p", { class: "small reason", id: "generate-reason", role: "status" }, whyOff),
      remarks.length ? h("p", { class: ["small offer", { "is-away": whyOff }] }, remarks) : null,
    ]),
  ];
}
