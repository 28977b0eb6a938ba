// A link that downloads the picture under a name made from its prompt.

import { h } from "vue";
import { fileName } from "easel/download.js";

export default {
  props: { href: String, prompt: String, type: String },
  render() {
    const attributes = { class: "button", href: this.href, download: fileName(this.prompt, this.type) };
    return h("a", attributes, [this.$slots.default(), h("span", {}, "Download")]);
  },
};
