// The viewer: one picture in large, with buttons for it.

import { closeOnClickBeside, openDialog } from "easel/dialog.js";
import { h } from "easel/dom.js";
import { fileName } from "easel/download.js";
import { LOST, here, isUnkept, lateNews } from "easel/items.js";
import { toast } from "easel/toast.js";

const NOT_KEPT = "Not kept yet: the image service deletes this picture within an hour.";
// Browsers ignore `download` for other sites, so such a picture opens in a new tab.
const ELSEWHERE = { target: "_blank", rel: "noopener noreferrer" };

export class Viewer {
  constructor(gallery) {
    this.gallery = gallery;
    this.body = h("div", { class: "viewer__body" });
    const bar = h(
      "div",
      { class: "viewer__bar" },
      this.button("Previous", () => this.step(-1)),
      this.button("Next", () => this.step(1)),
      h("span", { class: "spacer" }),
      h(
        "button",
        { class: "button button--quiet", type: "button", onclick: () => this.dialog.close() },
        "Close",
      ),
    );
    this.dialog = h("dialog", { class: "viewer", "aria-label": "Picture", tabindex: "-1" }, bar, this.body);
    this.dialog.addEventListener("keydown", (event) => {
      if (event.key === "ArrowRight") this.step(1);
      if (event.key === "ArrowLeft") this.step(-1);
    });
    this.dialog.addEventListener("click", closeOnClickBeside);
    document.body.append(this.dialog);
  }

  remove() {
    this.dialog.remove();
  }

  open(id) {
    this.show(this.gallery.shown().find((item) => item.id === id));
    openDialog(this.dialog);
  }

  step(by) {
    const shown = this.gallery.shown();
    const index = shown.findIndex((item) => item.id === this.item.id) + by;
    if (index >= shown.length - 3) this.gallery.more();
    if (shown[index]) this.show(shown[index]);
  }

  show(item) {
    this.item = item;
    const picture = item.url
      ? h("img", {
          class: "viewer__picture",
          src: here(item, item.url),
          alt: item.prompt,
          width: item.width,
          height: item.height,
        })
      : h(
          "p",
          { class: "viewer__cause" },
          item.error?.message ?? LOST,
          h("span", { class: "small" }, item.error?.code ?? ""),
        );
    if (this.body.contains(document.activeElement)) this.dialog.focus();
    this.body.replaceChildren(
      picture,
      isUnkept(item) ? h("p", { class: "small" }, NOT_KEPT) : "",
      h("p", { class: "viewer__prompt", dir: "auto" }, item.prompt),
      h("p", { class: "small" }, lateNews(item)),
      h(
        "div",
        { class: "viewer__actions" },
        this.button("Use prompt again", () => this.useAgain()),
        this.button("Copy prompt", () => this.copy()),
        item.url
          ? h(
              "a",
              {
                class: "button",
                href: here(item, item.url),
                download: fileName(item.prompt, item.content_type),
                ...(isUnkept(item) ? ELSEWHERE : {}),
              },
              "Download",
            )
          : "",
        this.button("Delete", () => this.deleteItem()),
      ),
    );
  }

  button(text, onclick) {
    return h("button", { class: "button", type: "button", onclick }, text);
  }

  useAgain() {
    this.dialog.close();
    dispatchEvent(new CustomEvent("easel:use-prompt", { detail: this.item.prompt }));
    document.getElementById("prompt")?.scrollIntoView({ block: "center" });
  }

  async copy() {
    try {
      await navigator.clipboard.writeText(this.item.prompt);
      toast("Prompt copied.");
    } catch {
      toast("Your browser does not allow copying here. Select the prompt's text instead.");
    }
  }

  deleteItem() {
    this.dialog.close();
    this.gallery.remove(this.item);
  }
}
