// Below the prompt: what is wrong with it, and how long it is.

import { h } from "vue";
import { count } from "easel/press.js";
import { t } from "easel/words.js";

const NEAR = 0.9;

export function renderFoot({ text, limit, problem, overProblem }) {
  const over = count(text) - limit;
  const isNear = over <= 0 && count(text) >= limit * NEAR;
  return h("div", { class: "prompt-box__foot" }, [
    h("span", { class: "prompt-box__problem", id: "prompt-problem", role: "alert" }, problem),
    h("span", { class: "prompt-box__problem", id: "prompt-limit" }, problem ? "" : overProblem),
    h(
      "span",
      { class: ["counter", { "is-near": isNear, "is-over": over > 0 }] },
      over > 0 ? t("{count} too many", { count: over }) : `${count(text)} / ${limit}`,
    ),
  ]);
}
