// "Your pictures", as a component: the list draws itself, the page tells when there is something new.

import { h } from "vue";
import { PictureList } from "easel/picture_list.js";

export default {
  props: {
    changes: Number, // a run has started or ended when this changes
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
