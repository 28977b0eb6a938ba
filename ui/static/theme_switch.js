// The theme switch: system, light, dark, system again. `theme.js` in the page's head changes the theme.

import { h } from "vue";
import { icon } from "easel/icon.js";
import { t } from "easel/words.js";

const NAMES = { system: t("Theme: system"), light: t("Theme: light"), dark: t("Theme: dark") };

const mode = () => document.documentElement.dataset.themeMode;

export default {
  data: () => ({ mode: mode() }),
  mounted() {
    addEventListener("easel:theme", this.onTheme);
  },
  unmounted() {
    removeEventListener("easel:theme", this.onTheme);
  },
  methods: {
    onTheme() {
      this.mode = mode();
    },
    onClick() {
      dispatchEvent(new Event("easel:next-theme"));
    },
  },
  render() {
    const name = NAMES[this.mode];
    const attributes = {
      type: "button",
      class: "button button--quiet button--icon theme-switch",
      title: name,
      "aria-label": name,
      onClick: this.onClick,
    };
    return h("button", attributes, icon("theme"));
  },
};
