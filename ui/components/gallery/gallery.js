// "Your pictures" as a component: the list draws itself, the prop `changes` tells it to read again.

import { h } from "vue";
import { PictureList } from "easel/picture_list.js";

export default {
  props: {
    changes: Number, // changes when a run has started or ended
  },
  mounted() {
    this.list = new PictureList(this.$refs.list);
    this.list.more();
  },
  unmounted() {
    this.list.close();
  },
  watch: {
    changes() {
      this.list.refresh();
    },
  },
  render() {
    return h("section", { class: "pictures", "aria-labelledby": "pictures-title" }, [
      h("h2", { id: "pictures-title" }, "Your pictures"),
      h("div", { class: "gallery", ref: "list" }),
    ]);
  },
};
