// The bar at the top of the window, which moves while the next page loads, and while a picture is made.

import { h } from "vue";

const isPlainClick = (event) => !event.ctrlKey && !event.metaKey && !event.shiftKey && !event.altKey;
const leadsAway = (link) =>
  link && link.origin === location.origin && !link.target && !link.hash && !link.hasAttribute("download");

export default {
  props: { running: Boolean },
  data: () => ({ isLoading: false }),
  mounted() {
    document.addEventListener("click", this.onClick);
    document.addEventListener("submit", this.onLeave);
    addEventListener("pageshow", this.onPageShow);
  },
  unmounted() {
    document.removeEventListener("click", this.onClick);
    document.removeEventListener("submit", this.onLeave);
    removeEventListener("pageshow", this.onPageShow);
  },
  methods: {
    onClick(event) {
      if (isPlainClick(event) && leadsAway(event.target.closest("a[href]"))) this.onLeave(event);
    },
    // A form or link that a script takes care of loads no page.
    onLeave(event) {
      if (!event.defaultPrevented) this.isLoading = true;
    },
    // The back button shows a page from the browser's memory: nothing loads then.
    onPageShow() {
      this.isLoading = false;
    },
  },
  render() {
    const classes = ["top-bar", { "is-loading": this.isLoading, "is-running": this.running }];
    return h("div", { class: classes, "aria-hidden": "true" });
  },
};
