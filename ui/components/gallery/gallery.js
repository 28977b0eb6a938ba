// "Your pictures" as a component: the list draws itself, the prop `changes` tells it to read again.

import { h } from "vue";
import { PictureList } from "easel/picture_list.js";

export default {
  props: {
    changes: Number, // changes when a run has started or ended
  },
  mounted() {
    this.list = new PictureList(this.$el);
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
    return h("div", { class: "gallery" });
  },
};
