// Three pictures with their prompts, beside the sign-in.

import { h } from "vue";
import { t } from "easel/words.js";

export default {
  props: {
    samples: Array, // of { src, prompt, width, height }
  },
  render() {
    const figures = this.samples.map(({ src, prompt, width, height }) =>
      h("figure", { class: "sample" }, [
        // Decoded at once: it is in place of the same picture.
        h("img", { src, alt: prompt, width, height, decoding: "sync" }),
        h("figcaption", { "aria-hidden": "true" }, prompt),
      ]),
    );
    return h("div", { class: "samples", role: "group", "aria-label": t("Sample pictures") }, figures);
  },
};
