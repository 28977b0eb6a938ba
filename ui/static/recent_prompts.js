// "Recent prompts": a dialog with the prompts that somebody has used, searched as one types, here and in the API.

import { h } from "vue";
import { closeOnClickBeside, openDialog } from "easel/dialog.js";
import { icon } from "easel/icon.js";
import { call } from "easel/items.js";
import { isRemoved, learn, matching, recent, remove } from "easel/recall.js";
import { t } from "easel/words.js";

const SHOWN = 50;
const TYPING_MS = 250;

export default {
  props: { person: String },
  emits: ["choose"],
  data: () => ({ words: "", known: [], found: [] }),
  unmounted() {
    clearTimeout(this.typing);
  },
  computed: {
    // What this browser knows, and then what only the API has found.
    prompts() {
      const found = this.found.filter((prompt) => !isRemoved(this.person, prompt));
      return [...new Set([...matching(this.known, this.words), ...found])].slice(0, SHOWN);
    },
  },
  methods: {
    async open() {
      this.words = "";
      this.found = [];
      this.known = recent(this.person);
      openDialog(this.$refs.dialog);
      await this.read("");
    },
    onSearch(event) {
      this.words = event.target.value;
      this.found = [];
      clearTimeout(this.typing);
      this.typing = setTimeout(() => this.read(this.words), TYPING_MS);
    },
    async read(words) {
      try {
        const query = words.trim() ? `&q=${encodeURIComponent(words.trim())}` : "";
        const { items } = await call("GET", `?limit=${SHOWN}${query}`);
        const prompts = items.map((item) => item.prompt);
        if (words !== this.words) return;
        if (words.trim()) this.found = prompts;
        else {
          learn(this.person, prompts);
          this.known = recent(this.person);
        }
      } catch {
        // what this browser knows is shown all the same
      }
    },
    choose(prompt) {
      this.$refs.dialog.close();
      this.$emit("choose", prompt);
    },
    remove(prompt) {
      remove(this.person, prompt);
      this.known = recent(this.person);
      this.found = this.found.filter((each) => each !== prompt);
      this.$refs.search.focus();
    },
    // The arrows go through the list from the search on.
    onKeydown(event) {
      const by = { ArrowDown: 1, ArrowUp: -1 }[event.key];
      if (!by) return;
      event.preventDefault();
      const stops = [this.$refs.search, ...this.$refs.dialog.querySelectorAll(".recent__prompt")];
      stops[stops.indexOf(document.activeElement) + by]?.focus();
    },
    renderPrompt(prompt) {
      const name = t("Remove from this list");
      const attributes = {
        type: "button",
        title: name,
        "aria-label": t("Remove from this list: {prompt}", { prompt }),
        onClick: () => this.remove(prompt),
      };
      return h("li", { class: "recent__item", key: prompt }, [
        h(
          "button",
          { type: "button", class: "recent__prompt", dir: "auto", onClick: () => this.choose(prompt) },
          prompt,
        ),
        h("button", { class: "button button--quiet button--icon", ...attributes }, icon("cross")),
      ]);
    },
    renderSearch() {
      return h("input", {
        ref: "search",
        class: "search",
        type: "search",
        value: this.words,
        maxlength: 800,
        placeholder: t("Search recent prompts"),
        "aria-label": t("Search recent prompts"),
        autocomplete: "off",
        autofocus: true,
        onInput: this.onSearch,
      });
    },
    renderNothing() {
      if (this.words.trim()) return t("No prompt of yours has all of these words.");
      return t("Your prompts gather here.");
    },
  },
  render() {
    const name = t("Recent prompts");
    const open = { type: "button", title: name, "aria-label": name, onClick: this.open };
    return h("div", { class: "recent" }, [
      h("button", { class: "button button--quiet button--icon recent__open", ...open }, icon("history")),
      h(
        "dialog",
        {
          ref: "dialog",
          class: "recent__dialog",
          "aria-label": name,
          onClick: closeOnClickBeside,
          onKeydown: this.onKeydown,
        },
        [
          h("div", { class: "recent__head" }, [
            this.renderSearch(),
            h(
              "button",
              { class: "button button--quiet", type: "button", onClick: () => this.$refs.dialog.close() },
              t("Close"),
            ),
          ]),
          h("ul", { class: "recent__list" }, this.prompts.map(this.renderPrompt)),
          h("p", { class: "small", role: "status" }, this.prompts.length ? "" : this.renderNothing()),
        ],
      ),
    ]);
  },
};
