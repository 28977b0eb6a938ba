// Below "Your pictures": how many were found, why nothing is there, and a button where the list waits for one.

import { h } from "easel/dom.js";
import { whole } from "easel/format.js";
import { t, tn } from "easel/words.js";

export class ListNote {
  constructor(list) {
    this.list = list;
    this.element = h("p", { class: "small gallery__note", role: "status" });
  }

  show(count) {
    const { isWhole, isStopped, feed } = this.list;
    if (isWhole || !isStopped) return this.element.replaceChildren(this.text(count));
    const text = t("That is all among your newest {n}.", { n: whole(feed.items.length) });
    return this.offer(text, t("Look further"), () => this.list.lookFurther());
  }

  offer(text, label, onclick) {
    const attributes = { class: "button button--quiet", type: "button", onclick };
    this.element.replaceChildren(`${text} `, h("button", attributes, label));
  }

  text(count) {
    const { isFailed, isWhole } = this.list;
    const { words } = this.list.feed;
    if (count && !words) return "";
    if (count && isWhole) return tn("{n} found.", "{n} found.", count);
    if (count) return tn("{n} or more found.", "{n} or more found.", count);
    if (!isWhole) return t("Looking …");
    if (words && isFailed) return t("No failed prompt has all of these words.");
    if (words) return t("No prompt of yours has all of these words.");
    return isFailed ? t("Nothing has failed.") : t("Your finished pictures gather here.");
  }
}
