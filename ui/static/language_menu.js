// The menu of languages. The choice is a cookie, which a visitor has without being signed in.

import { h } from "vue";
import { icon } from "easel/icon.js";
import { t } from "easel/words.js";

const YEAR_SECONDS = 365 * 24 * 60 * 60;

// The prefix prevents other hosts of the domain from setting it; browsers allow it on https only.
export function cookieOf(tag, isSecure = location.protocol === "https:") {
  const [prefix, secure] = isSecure ? ["__Host-", "; Secure"] : ["", ""];
  return `${prefix}easel_language=${tag}; Path=/; Max-Age=${YEAR_SECONDS}; SameSite=Lax${secure}`;
}

function choose(event) {
  // biome-ignore lint/suspicious/noDocumentCookie: on plain http browsers have no Cookie Store API
  document.cookie = cookieOf(event.target.value);
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
