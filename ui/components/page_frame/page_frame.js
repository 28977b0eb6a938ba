// The frame of a page: progress bar, header, main landmark with the page's elements in it.

import { h } from "vue";
import { renderChip } from "easel/chip.js";
import { icon } from "easel/icon.js";
import Shortcuts from "easel/shortcuts.js";
import ThemeSwitch from "easel/theme_switch.js";
import { showKeptToast } from "easel/afterwards.js";
import { forgetPeople } from "easel/forgetting.js";
import TopBar from "easel/top_bar.js";
import LanguageMenu from "easel/language_menu.js";
import { t } from "easel/words.js";

// What NiceGUI would evaluate. Our pages evaluate nothing, and are asked to by NiceGUI itself alone: to load a page anew
// that has missed more than the server still knows.
globalThis.runJavascript = () => location.reload();

const PLACES = [
  { path: "/dashboard/generate", name: t("Generate"), symbol: "brush" },
  { path: "/account", name: t("Account"), symbol: "person" },
  { path: "/admin", name: t("Admin"), symbol: "shield", forAdmins: true },
];

export default {
  props: {
    person: String, // the name of who is signed in, if anybody
    isAdmin: Boolean,
    languages: Object, // for the menu
    heading: String, // the heading, if the page's own elements have none
    chip: Object, // { word, sentence }, if there is something to say of the whole app
    running: Boolean, // whether a picture is being made
  },
  emits: ["hide"], // true when the page is hidden in the browser, false when it is shown again
  mounted() {
    document.addEventListener("visibilitychange", this.tell);
    if (document.hidden) this.tell();
    showKeptToast();
  },
  unmounted() {
    document.removeEventListener("visibilitychange", this.tell);
  },
  methods: {
    tell() {
      this.$emit("hide", document.hidden);
    },
    renderHeader() {
      const home = { class: "brand", href: this.person ? "/dashboard" : "/" };
      return h("header", { class: "frame-header" }, [
        h("a", home, [icon("easel"), h("span", {}, "Easel")]),
        renderChip(this.chip),
        this.person ? this.renderPlaces() : null,
        h("div", { class: "spacer" }),
        h(LanguageMenu, { languages: this.languages }),
        h(Shortcuts),
        h(ThemeSwitch),
        this.person ? this.renderPerson() : null,
      ]);
    },
    renderPlaces() {
      const links = PLACES.filter((place) => this.isAdmin || !place.forAdmins).map(
        ({ path, name, symbol }) => {
          const current = location.pathname === path ? "page" : null;
          const attributes = { class: "place", href: path, title: name, "aria-current": current };
          return h("a", attributes, [icon(symbol), h("span", { class: "place__name" }, name)]);
        },
      );
      return h("nav", { class: "places", "aria-label": t("Pages") }, links);
    },
    renderPerson() {
      const attributes = {
        class: "button button--quiet button--icon",
        type: "submit",
        title: t("Sign out"),
        "aria-label": t("Sign out"),
      };
      const form = { method: "post", action: "/auth/logout", onSubmit: forgetPeople };
      return h("div", { class: "person" }, [
        h("span", { class: "person-name", dir: "auto" }, this.person),
        h("form", form, h("button", attributes, icon("sign-out"))),
      ]);
    },
    renderMain() {
      return h("main", { class: "page", id: "content", tabindex: -1 }, [
        this.heading ? h("h1", { class: "page-title" }, this.heading) : null,
        this.$slots.default(),
      ]);
    },
  },
  render() {
    return h("div", {}, [
      h(TopBar, { running: this.running }),
      h("a", { class: "skip-link", href: "#content" }, t("Skip to the content")),
      this.renderHeader(),
      this.renderMain(),
      h("p", { class: "visually-hidden", id: "live", role: "status" }),
    ]);
  },
};
