// "Your pictures" as a component: the list draws itself, the prop `changes` tells it to read again.

import { h } from "vue";
import { PictureList } from "easel/picture_list.js";
import { listen } from "easel/studio.js";

const TYPING_MS = 250;

export default {
  props: {
    changes: Number, // changes when a run has started or ended
  },
  mounted() {
    this.list = new PictureList(this.$refs.list);
    this.list.more();
    this.deafen = listen({
      "open-picture": (id) => this.list.open(id),
      "delete-picture": (id) => this.list.removeById(id),
    });
  },
  unmounted() {
    this.deafen();
    this.list.close();
  },
  methods: {
    onSearch(event) {
      clearTimeout(this.typing);
      this.typing = setTimeout(() => this.list.search(event.target.value.trim()), TYPING_MS);
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
        h("h2", { id: "pictures-title" }, "Your pictures"),
        h("input", {
          class: "search",
          type: "search",
          maxlength: 800,
          placeholder: "Search your pictures",
          "aria-label": "Search your pictures",
          autocomplete: "off",
          onInput: this.onSearch,
        }),
      ]),
      h("div", { class: "gallery", ref: "list" }),
    ]);
  },
};
