// Prompts to begin with, each with a small picture, for somebody who has made nothing yet.

import { h } from "vue";
import { t } from "easel/words.js";

const EDGE = 64; // px, as in the style sheet

export function renderExamples(examples, choose) {
  if (!examples.length) return null;
  const buttons = examples.map(({ picture, prompt }) =>
    h("button", { type: "button", class: "example", onClick: () => choose(prompt) }, [
      h("img", { class: "example__picture", src: picture, alt: "", width: EDGE, height: EDGE }),
      h("span", { class: "example__prompt" }, prompt),
    ]),
  );
  return h("div", { class: "examples", role: "group", "aria-label": t("Example prompts") }, buttons);
}
