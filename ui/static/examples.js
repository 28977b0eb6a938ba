// Prompts to begin with, for somebody who has made nothing yet.

import { h } from "vue";

export function renderExamples(prompts, choose) {
  if (!prompts.length) return null;
  const buttons = prompts.map((prompt) =>
    h("button", { type: "button", class: "example", onClick: () => choose(prompt) }, prompt),
  );
  return h("div", { class: "examples", role: "group", "aria-label": "Example prompts" }, buttons);
}
