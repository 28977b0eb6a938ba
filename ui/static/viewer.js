// The viewer: one picture in the whole window, in the dark, with what is known of it and what can be done with it.

import { openDialog } from "easel/dialog.js";
import { h } from "easel/dom.js";
import { fileName } from "easel/download.js";
import { asRead, isRightToLeft } from "easel/direction.js";
import { dollars, moment, whole } from "easel/format.js";
import { canCopyPictures, copyPicture, copyText } from "easel/clipboard.js";
import { LOST, here, isUnkept, lateNews } from "easel/items.js";
import { makerOf } from "easel/maker.js";
import { usePrompt } from "easel/studio.js";
import { t, translated } from "easel/words.js";

const NOT_KEPT = t("Not kept yet: the image service deletes this picture within an hour.");
// Browsers ignore `download` for other sites, so such a picture opens in a new tab.
const ELSEWHERE = { target: "_blank", rel: "noopener noreferrer" };
const SWIPE_PX = 50;
const STEPS = { ArrowRight: 1, ArrowLeft: -1 };

export class Viewer {
  constructor(gallery) {
    this.gallery = gallery;
    this.hasEntry = false;
    this.place = h("span", { class: "viewer__place", role: "status" });
    this.body = h("div", { class: "viewer__body" });
    this.previous = this.button(t("Previous"), () => this.step(-1));
    this.next = this.button(t("Next"), () => this.step(1));
    const close = { class: "button button--quiet", type: "button", onclick: () => this.dialog.close() };
    const bar = h(
      "div",
      { class: "viewer__bar" },
      this.previous,
      this.next,
      this.place,
      h("span", { class: "spacer" }),
      h("button", close, t("Close")),
    );
    const attributes = { class: "viewer", "data-theme": "dark", "aria-label": t("Picture"), tabindex: "-1" };
    this.dialog = h("dialog", attributes, bar, this.body);
    this.dialog.addEventListener("keydown", (event) => this.step(STEPS[asRead(event.key)] ?? 0));
    this.dialog.addEventListener("close", () => this.onClose());
    this.followSwipes();
    this.onBack = () => this.goBack();
    addEventListener("popstate", this.onBack);
    document.body.append(this.dialog);
  }

  remove() {
    removeEventListener("popstate", this.onBack);
    this.dialog.remove();
  }

  // With an entry in the history, so that Back closes the viewer and stays on the page. Once closed, `place` has the
  // focus on the picture that was opened, and the list on any other.
  open(item, place = this.gallery) {
    if (this.dialog.open) return;
    this.opened = { item, place };
    this.show(item);
    openDialog(this.dialog);
    history.scrollRestoration = "manual";
    history.pushState(history.state, "");
    this.hasEntry = true;
  }

  goBack() {
    if (!this.dialog.open) return;
    this.hasEntry = false;
    this.dialog.close();
  }

  onClose() {
    if (this.hasEntry) history.back();
    this.hasEntry = false;
    if (this.isLeaving) return;
    // Back to the tile of the picture that was seen last, which may not be the one that was opened.
    const { item, place } = this.opened;
    (this.item === item ? place : this.gallery).focusOn(this.item.id);
  }

  // Closes for something else that takes the focus.
  leave() {
    this.isLeaving = true;
    this.dialog.close();
  }

  followSwipes() {
    let from = null;
    this.body.addEventListener("touchstart", ({ touches }) => {
      from = touches.length === 1 ? touches[0] : null;
    });
    this.body.addEventListener("touchend", ({ changedTouches: [to] }) => {
      if (!from) return;
      const [x, y] = [to.clientX - from.clientX, to.clientY - from.clientY];
      from = null;
      if (Math.abs(x) > SWIPE_PX && Math.abs(x) > 2 * Math.abs(y))
        this.step(x < 0 === isRightToLeft() ? -1 : 1);
    });
  }

  step(by) {
    if (!by) return;
    const shown = this.gallery.shown();
    const here = shown.findIndex((item) => item.id === this.item.id);
    if (here < 0) return; // from the stage, and not among what is searched for
    const index = here + by;
    if (index >= shown.length - 3) this.gallery.more();
    if (shown[index]) this.show(shown[index]);
  }

  show(item) {
    this.item = item;
    this.isLeaving = false;
    const shown = this.gallery.shown();
    const all = `${whole(shown.length)}${this.gallery.isWhole ? "" : "+"}`;
    const index = shown.findIndex(({ id }) => id === item.id);
    this.place.textContent = index < 0 ? "" : t("{place} of {all}", { place: whole(index + 1), all });
    this.previous.setAttribute("aria-disabled", index <= 0);
    const isLast = index === shown.length - 1 && this.gallery.isWhole;
    this.next.setAttribute("aria-disabled", index < 0 || isLast);
    if (this.body.contains(document.activeElement)) this.dialog.focus();
    this.body.replaceChildren(this.picture(item), this.facts(item));
  }

  picture(item) {
    if (!item.url) {
      const code = h("span", { class: "small" }, item.error?.code ?? "");
      return h("p", { class: "viewer__cause" }, item.error ? translated(item.error.message) : LOST, code);
    }
    const { width, height } = item;
    // The viewer is painted before its picture is decoded, which takes a phone several frames.
    const attributes = { class: "viewer__picture", width, height, decoding: "async" };
    return h("img", { ...attributes, src: here(item, item.url), alt: item.prompt });
  }

  facts(item) {
    const known = [
      moment(item.created_at),
      item.width && `${item.width} × ${item.height}`,
      makerOf(item),
      item.charge === "charged" && item.price_usd && dollars(item.price_usd),
    ];
    return h(
      "div",
      { class: "viewer__facts" },
      isUnkept(item) ? h("p", { class: "small" }, NOT_KEPT) : "",
      h("p", { class: "viewer__prompt", dir: "auto" }, item.prompt),
      h("p", { class: "small" }, known.filter(Boolean).join(" · ")),
      h("p", { class: "small" }, lateNews(item)),
      h("div", { class: "viewer__actions" }, ...this.actions(item)),
    );
  }

  actions(item) {
    const download = {
      class: "button button--primary",
      href: item.url && here(item, item.url),
      download: fileName(item.prompt, item.content_type),
      ...(isUnkept(item) ? ELSEWHERE : {}),
    };
    return [
      item.url ? h("a", download, t("Download")) : "",
      this.button(t("Use again"), () => this.useAgain()),
      this.button(t("Copy prompt"), () => copyText(item.prompt)),
      canCopyPictures() && item.thumb_url
        ? this.button(t("Copy picture"), () => copyPicture(here(item, item.url)))
        : "",
      this.button(t("Delete"), () => this.deleteItem(), "button button--quiet viewer__delete"),
    ];
  }

  button(text, onclick, classes = "button") {
    return h("button", { class: classes, type: "button", onclick }, text);
  }

  useAgain() {
    this.leave();
    usePrompt(this.item.prompt);
  }

  deleteItem() {
    this.leave();
    this.gallery.remove([this.item]);
  }
}
