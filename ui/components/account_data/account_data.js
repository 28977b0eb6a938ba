// All that is a person's: taken along as a zip, or deleted for good after the words have been typed.

import { h } from "vue";
import { call } from "easel/api.js";
import { attempts } from "easel/attempts.js";
import { toastAfterwards } from "easel/afterwards.js";
import { forget } from "easel/kept.js";
import { t } from "easel/words.js";

const EXPORT = "/api/v1/me/export";

export default {
  mixins: [attempts],
  props: { confirmation: String },
  data: () => ({ typed: "" }),
  methods: {
    remove(event) {
      event.preventDefault();
      this.attempt(async () => {
        await call("POST", "/me/delete", { confirm: this.typed });
        forget();
        toastAfterwards(t("Your account is deleted, with everything in it."));
        location.assign("/login");
      });
    },
    renderExport() {
      return h("section", { class: "card stack", "aria-labelledby": "export-title" }, [
        h("h2", { id: "export-title" }, t("Take everything with you")),
        h("p", { class: "lead" }, t("A zip of all your pictures, with a list of what they were made of.")),
        h("div", {}, h("a", { class: "button", href: EXPORT, download: "" }, t("Download everything"))),
      ]);
    },
    renderForm() {
      const input = {
        name: "confirm",
        autocomplete: "off",
        spellcheck: false,
        required: true,
        onInput: (event) => {
          this.typed = event.target.value;
        },
      };
      return h("form", { class: "words-form", onSubmit: this.remove }, [
        h("label", { class: "field" }, [
          h("span", { class: "field__label" }, t("To go on, type: {words}", { words: this.confirmation })),
          h("input", input),
        ]),
        h("button", { class: "button button--danger", disabled: this.isBusy }, t("Delete my account")),
      ]);
    },
  },
  render() {
    return h("div", { class: "stack--wide" }, [
      this.renderExport(),
      h("section", { class: "card stack", "aria-labelledby": "delete-title" }, [
        h("h2", { id: "delete-title" }, t("Delete your account")),
        h(
          "p",
          { class: "lead" },
          t(
            "All your pictures and prompts go, and so do your API tokens and sign-ins. Nothing brings them back.",
          ),
        ),
        this.renderForm(),
        this.renderProblem(),
      ]),
    ]);
  },
};
