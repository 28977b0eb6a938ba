// The stage: shows the state of a run in the tab's title and icon too, to screen readers, by a notification.

import { h } from "vue";
import { icon } from "easel/icon.js";
import { here } from "easel/items.js";
import { notify } from "easel/notifications.js";
import Picture from "easel/picture.js";
import { say } from "easel/say.js";
import { studio } from "easel/studio.js";
import { t } from "easel/words.js";

const TITLES = {
  running: t("Painting … · Easel"),
  done: t("✓ Your picture is ready · Easel"),
  failed: t("✕ No picture · Easel"),
};
const BADGES = { running: "#47b3ff", done: "#1a9c4b", failed: "#d93025" };
const ICON =
  '<path d="M12 2v2M8 15l-3 7M16 15l3 7M4 17h16" stroke="#0a6cb0" stroke-width="1.75" stroke-linecap="round"/>' +
  '<rect x="5" y="4" width="14" height="11" rx="2.2" fill="#47b3ff"/>';

const iconLink = () => document.querySelector('link[rel~="icon"]');

export function iconWith(badge) {
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 24 24">${ICON}<circle cx="18" cy="6" r="5.5" fill="${badge}" stroke="#fff"/></svg>`;
  return `data:image/svg+xml,${encodeURIComponent(svg)}`;
}

export default {
  props: {
    state: String, // "running", "done" or "failed"; empty for an empty sheet
    phase: String, // the name of the run's phase
    prompt: String, // the prompt of the run
    text: String, // the heading of an empty sheet, which the stage draws itself; empty for any other sheet
    lead: String, // what is below it
    isFirstVisit: Boolean, // when the page was opened nothing had been made yet
  },
  created() {
    this.plainTitle = document.title;
    this.plainIcon = iconLink()?.href;
    this.focused = null;
  },
  mounted() {
    document.addEventListener("focusin", this.onFocus);
    document.addEventListener("visibilitychange", this.showInTab);
    if (this.state) this.onState(this.state, "");
    this.sayPhase(this.phase);
  },
  updated() {
    this.keepFocus();
  },
  unmounted() {
    document.removeEventListener("focusin", this.onFocus);
    document.removeEventListener("visibilitychange", this.showInTab);
  },
  watch: {
    // "post": after the new sheet is drawn.
    state: { flush: "post", handler: "onState" },
    phase: "sayPhase",
  },
  methods: {
    onFocus(event) {
      this.focused = event.target;
    },
    onState(now, before) {
      this.showInTab();
      if (now === "running") this.comeIntoView("smooth");
      if (now === "failed") this.comeIntoView("instant"); // the prompt may get the focus next
      this.keepFocus();
      if (before === "running") this.tellEnd(now);
    },
    tellEnd(end) {
      if (end === "done") say(t("Your picture is ready."));
      if (end && document.hidden) notify(end, this.prompt, this.plainIcon);
    },
    // Screen readers read each phase once; a failure's box is an alert of its own.
    sayPhase(phase) {
      if (phase) say(t("Your picture: {phase}.", { phase }));
    },
    // An element with the focus, such as Cancel, may go with the old sheet: the new sheet takes the focus.
    keepFocus() {
      const isLost = document.activeElement === document.body && this.focused && !this.focused.isConnected;
      if (isLost) (this.$el.querySelector("a, button") ?? this.$el).focus({ preventScroll: true });
    },
    // On a phone the canvas is below the form.
    comeIntoView(behavior) {
      const canvas = this.$el.querySelector(".canvas");
      const { top, bottom } = canvas.getBoundingClientRect();
      const isCalm = matchMedia("(prefers-reduced-motion: reduce)").matches;
      if (top < 0 || bottom > innerHeight) {
        canvas.scrollIntoView({ block: "nearest", behavior: isCalm ? "instant" : behavior });
      }
    },
    showInTab() {
      const isNews = this.state === "running" || document.hidden;
      const title = isNews && TITLES[this.state];
      const badge = isNews && BADGES[this.state];
      document.title = title || this.plainTitle;
      if (iconLink()) iconLink().href = badge ? iconWith(badge) : this.plainIcon;
    },
    // Nothing runs and nothing has just ended: the newest picture, and for who has none the empty sheet.
    renderIdle() {
      const { newest } = studio;
      const picture = newest?.find((item) => item.thumb_url);
      if (picture) return this.renderNewest(picture);
      if (!newest && !this.isFirstVisit) return h("div", { class: "sheet" });
      return h("div", { class: "sheet" }, [
        icon("easel"),
        h("h2", {}, this.text),
        h("p", { class: "lead" }, this.lead),
      ]);
    },
    renderNewest(item) {
      const [src, thumb] = [here(item, item.url), here(item, item.thumb_url)];
      const { id, prompt, width, height, content_type } = item;
      return h(Picture, { key: id, id, src, thumb, alt: prompt, width, height, type: content_type });
    },
  },
  render() {
    const attributes = { class: "easel", "aria-label": t("Picture"), "data-state": this.state, tabindex: -1 };
    return h("section", attributes, [
      h("div", { class: "canvas" }, this.text ? this.renderIdle() : this.$slots.default()),
      h("div", { class: "easel__foot" }, this.$slots.foot()),
    ]);
  },
};
