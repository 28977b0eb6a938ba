// All that is a person's: taken along as a zip, or deleted for good, after a sign-in of the last minutes and the words
// have been given.

import { h } from "vue";
import { call } from "easel/api.js";
import { attempts } from "easel/attempts.js";
import { toastAfterwards } from "easel/afterwards.js";
import { forgetPeople } from "easel/forgetting.js";
import { t } from "easel/words.js";

const EXPORT = "/api/v1/me/export";

// Lists above it grow as they come; until somebody moves by themselves, that must not take it away.
function keepInView(element) {
  const observer = new ResizeObserver(() => element.scrollIntoView({ block: "nearest" }));
  observer.observe(document.body);
  const leave = () => observer.disconnect();
  for (const move of ["wheel", "pointerdown", "keydown"])
    addEventListener(move, leave, { once: true, passive: true });
}

export default {
  mixins: [attempts],
  props: { confirmation: String, isRecent: Boolean, waysIn: Array, refusal: String },
  data() {
    return { typed: "", mayDelete: this.isRecent, problem: this.refusal };
  },
  mounted() {
    const { title } = this.$refs;
    if (location.hash !== `#${title.id}`) return;
    title.focus();
    keepInView(title.closest("section"));
  },
  methods: {
    remove(event) {
      event.preventDefault();
      this.attempt(async () => {
        try {
          await call("POST", "/me/delete", { confirm: this.typed });
        } catch (error) {
          // The page has been open for longer than a sign-in is good for this.
          if (error.details?.cause === "SIGN_IN_TOO_OLD") this.mayDelete = false;
          throw error;
        }
        forgetPeople();
        toastAfterwards(t("Your account is deleted, with everything in it."));
        location.assign("/login");
      });
    },
    renderWayIn({ label, address }) {
      if (label === null)
        return h(
          "form",
          { method: "post", action: address },
          h("button", { class: "button" }, t("Sign in again")),
        );
      const name = t("Sign in again with {provider}", { provider: label });
      return h("a", { class: "button", href: address }, name);
    },
    renderWaysIn() {
      return [
        this.problem
          ? this.renderProblem()
          : h("p", {}, t("Please sign in again first. You then have 10 minutes.")),
        h("div", { class: "words-form" }, this.waysIn.map(this.renderWayIn)),
      ];
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
        h("h2", { id: "delete-title", ref: "title", tabindex: -1 }, t("Delete your account")),
        h(
          "p",
          { class: "lead" },
          t(
            "All your pictures and prompts go, and so do your API tokens and sign-ins. Nothing brings them back.",
          ),
        ),
        ...(this.mayDelete ? [this.renderForm(), this.renderProblem()] : this.renderWaysIn()),
      ]),
    ]);
  },
};
