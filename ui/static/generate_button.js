// Generate, and below it why it is off, or what another picture costs and what is left.

import { h } from "vue";
import { remarkOf } from "easel/offer.js";

export function renderGenerate({ isOff, whyOff, offer, press }) {
  const remark = whyOff ? "" : remarkOf(offer); // in the place of the reason, so that nothing moves
  const button = {
    type: "button",
    class: "button button--primary button--wide",
    disabled: isOff,
    "aria-describedby": "generate-reason",
    onClick: press,
  };
  return [
    h("button", button, "Generate"),
    h("div", { class: "prompt-box__below" }, [
      h("p", { class: "small reason", id: "generate-reason", role: "status" }, whyOff),
      remark ? h("p", { class: "small offer" }, remark) : null,
    ]),
  ];
}
