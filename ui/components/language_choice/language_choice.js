// The choice of a language, under a heading of its own.

import { h } from "vue";
import LanguageMenu from "easel/language_menu.js";
import { t } from "easel/words.js";

export default {
  props: { languages: Object }, // their own names, by tag
  render() {
    return h("section", { class: "card stack", "aria-labelledby": "language-title" }, [
      h("h2", { id: "language-title" }, t("Language")),
      h("p", { class: "lead" }, t("This browser keeps your choice, also when you are signed out.")),
      h(LanguageMenu, { languages: this.languages, class: "language--wide" }),
    ]);
  },
};
