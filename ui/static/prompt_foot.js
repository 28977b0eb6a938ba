// Below the prompt: what is wrong with it, in one place, and how long it is.

import { h } from "vue";
import { count } from "easel/press.js";
import { tn } from "easel/words.js";

const NEAR = 0.9;

// The sentence for a prompt that is that many characters too long; empty for one that is not.
export function overProblem(over) {
  if (over <= 0) return "";
  return tn("{n} character over the limit.", "{n} characters over the limit.", over);
}

// Read aloud is only what was wrong at a press, not each character beyond the limit while somebody types.
export function renderFoot({ text, limit, problem }) {
  const length = count(text);
  const isNear = length >= limit * NEAR;
  return [
    h("span", { class: "prompt-box__problem", id: "prompt-problem", role: "alert" }, problem),
    h(
      "span",
      { class: "prompt-box__problem", id: "prompt-limit" },
      problem ? "" : overProblem(length - limit),
    ),
    h("span", { class: ["counter", { "is-near": isNear }] }, `${length} / ${limit}`),
  ];
}
