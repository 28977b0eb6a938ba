// "Your pictures" as a component: the list draws itself, the prop `changes` tells it to read again.

import { h } from "vue";
import { PictureList } from "easel/picture_list.js";
import { openFromStage, removeFromStage } from "easel/stage_pictures.js";
import { listen } from "easel/studio.js";
import { t } from "easel/words.js";

const TYPING_MS = 250;
const FILTERS = [
  { name: t("Pictures"), isFailed: false },
  { name: t("Failed"), isFailed: true },
];

export default {
  props: {
    changes: Number, // changes when a run has started or ended
  },
  data: () => ({ isFailed: false }),
  mounted() {
    this.list = new PictureList(this.$refs.list);
    document.addEventListener("visibilitychange", this.onSeen);
    this.deafen = listen({
      "open-picture": (id) => openFromStage(this.list, id),
      "delete-picture": (id) => removeFromStage(this.list, id),
    });
  },
  unmounted() {
    document.removeEventListener("visibilitychange", this.onSeen);
    this.deafen();
    clearTimeout(this.typing);
    this.list.close();
  },
  methods: {
    // Meanwhile something may have been deleted in another tab.
    onSeen() {
      if (!document.hidden) this.list.refresh();
    },
    onTyping({ target }) {
      clearTimeout(this.typing);
      this.typing = setTimeout(() => this.list.search(target.value.trim()), TYPING_MS);
    },
    // Whoever leaves the box, or presses Enter, has ended: nothing happens later to what is done next in the list.
    onTyped({ target }) {
      clearTimeout(this.typing);
      this.list.search(target.value.trim());
    },
    onFilter(isFailed) {
      this.isFailed = isFailed;
      this.list.filter(isFailed);
    },
    renderFilter({ name, isFailed }) {
      const attributes = { type: "radio", name: "pictures-filter", checked: this.isFailed === isFailed };
      return h("label", { class: "filter__choice" }, [
        h("input", { ...attributes, onChange: () => this.onFilter(isFailed) }),
        h("span", {}, name),
      ]);
    },
    renderSearch() {
      return h("input", {
        class: "search",
        type: "search",
        maxlength: 800,
        placeholder: t("Search your pictures"),
        "aria-label": t("Search your pictures"),
        autocomplete: "off",
        onInput: this.onTyping,
        onChange: this.onTyped,
      });
    },
  },
  watch: {
    changes() {
      this.list.refresh();
    },
  },
  render() {
    return h("section", { class: "pictures", "aria-labelledby": "pictures-title" }, [
      h("div", { class: "pictures__head" }, [
        h("h2", { id: "pictures-title" }, t("Your pictures")),
        h(
          "div",
          { class: "filter", role: "radiogroup", "aria-label": t("Show") },
          FILTERS.map(this.renderFilter),
        ),
        this.renderSearch(),
      ]),
      h("div", { class: "gallery", ref: "list" }),
    ]);
  },
};
