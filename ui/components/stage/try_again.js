// Starts another picture of the same prompt, by the prompt box, which keeps the press where there is no connection.

import { h } from "vue";
import { start, studio } from "easel/studio.js";
import { t } from "easel/words.js";

export default {
  props: { prompt: String },
  emits: ["again"], // first, so that the failure has left the stage when the run begins
  methods: {
    onClick() {
      this.$emit("again");
      start(this.prompt);
    },
  },
  render() {
    const attributes = { type: "button", disabled: studio.isOff, onClick: this.onClick };
    return h("button", { class: "button button--primary", ...attributes }, t("Try again"));
  },
};
