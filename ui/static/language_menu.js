// The menu of languages. The choice is a cookie, which a visitor has without being signed in.

import { h } from "vue";
import { icon } from "easel/icon.js";
import { cookieOf } from "easel/kept.js";
import { t } from "easel/words.js";

function choose(event) {
  // biome-ignore lint/suspicious/noDocumentCookie: on plain http browsers have no Cookie Store API
  document.cookie = cookieOf("easel_language", event.target.value);
  location.reload();
}

export default {
  props: { languages: Object }, // their own names, by tag
  render() {
    const current = document.documentElement.lang;
    const options = Object.entries(this.languages).map(([tag, name]) =>
      h("option", { value: tag, lang: tag, selected: tag === current }, name),
    );
    const select = { class: "language__select", "aria-label": t("Language"), onChange: choose };
    return h("div", { class: "language" }, [icon("language"), h("select", select, options)]);
  },
};
