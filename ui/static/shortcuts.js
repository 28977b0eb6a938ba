// Keyboard shortcuts: single keys, off while the person types or has switched them off; and their list.

import { h } from "vue";
import { closeOnClickBeside, openDialog } from "easel/dialog.js";
import { icon } from "easel/icon.js";
import { read, write } from "easel/kept.js";
import { t } from "easel/words.js";

const NAME = "easel-single-keys";
const ROWS = [
  // the keys, separated by spaces, and their meaning
  [t("Ctrl Enter"), t("Generate (⌘ Enter on a Mac)")],
  ["/", t("Go to the prompt")],
  ["g", t("Go to your pictures")],
  ["← → ↑ ↓", t("Move among your pictures, or from one that is open to the next")],
  [t("Space"), t("Select a picture; with Shift and the arrows, several")],
  [t("Ctrl A"), t("Select all of your pictures (⌘ A on a Mac)")],
  [t("Del"), t("Delete a picture, or those that are selected")],
  ["t", t("Next theme: system, light, dark")],
  [t("Esc"), t("Close what is open, or select nothing")],
  ["?", t("This list")],
];
const TYPING = "input, textarea, select, [contenteditable]";

export default {
  data: () => ({ isOn: read("localStorage", NAME) !== "off" }),
  mounted() {
    document.addEventListener("keydown", this.onKeydown);
  },
  unmounted() {
    document.removeEventListener("keydown", this.onKeydown);
  },
  methods: {
    onKeydown(event) {
      const act = this.actions()[event.key];
      if (!act || event.target.closest(TYPING) || event.ctrlKey || event.metaKey || event.altKey) return;
      if (!this.isOn || document.querySelector("dialog[open]")) return;
      event.preventDefault();
      act();
    },
    actions() {
      return {
        "?": this.open,
        "/": () => document.getElementById("prompt")?.focus(),
        t: () => dispatchEvent(new Event("easel:next-theme")),
        g: () => document.querySelector('.tile__open[tabindex="0"]')?.focus(),
      };
    },
    open() {
      openDialog(this.$refs.dialog);
    },
    onSwitch(event) {
      this.isOn = event.target.checked;
      write("localStorage", NAME, this.isOn ? "on" : "off");
    },
    renderButton() {
      const name = t("Keyboard shortcuts");
      const classes = "button button--quiet button--icon shortcuts-open";
      const attributes = {
        type: "button",
        class: classes,
        title: name,
        "aria-label": name,
        onClick: this.open,
      };
      return h("button", attributes, icon("keyboard"));
    },
    renderRows() {
      return ROWS.flatMap(([keys, meaning]) => [
        h(
          "dt",
          {},
          keys.split(" ").map((key) => h("kbd", {}, key)),
        ),
        h("dd", {}, meaning),
      ]);
    },
    renderDialog() {
      return h(
        "dialog",
        { ref: "dialog", class: "dialog", "aria-labelledby": "shortcuts-title", onClick: closeOnClickBeside },
        h("div", { class: "stack" }, [
          h("h2", { id: "shortcuts-title" }, t("Keyboard shortcuts")),
          h("dl", { class: "shortcuts" }, this.renderRows()),
          h("label", { class: "check" }, [
            h("input", {
              class: "single-keys",
              type: "checkbox",
              checked: this.isOn,
              onChange: this.onSwitch,
            }),
            h("span", {}, t("Single keys work as shortcuts")),
          ]),
          h(
            "button",
            { class: "button", type: "button", autofocus: true, onClick: () => this.$refs.dialog.close() },
            t("Close"),
          ),
        ]),
      );
    },
  },
  render() {
    return h("div", {}, [this.renderButton(), this.renderDialog()]);
  },
};
