// A cell of "Your pictures": a thumbnail that opens the picture, or a failure with its reason; and its tick.

import { h } from "easel/dom.js";
import { LOST, here, keyOf } from "easel/items.js";
import { t, translated } from "easel/words.js";

const NOT_KEPT = t("Not kept yet. Open it to download it now.");

// The tab stop is that of one cell alone, so all start without it.
export function tile(item) {
  const content = item.error ? failure(item) : [openButton(item, item.prompt, picture(item)), tick(item)];
  return h(
    "div",
    { class: `tile${item.error ? " tile--failed" : ""}`, role: "gridcell", "data-key": keyOf(item) },
    ...content,
  );
}

function failure(item) {
  const reason = h(
    "span",
    { class: "tile__reason", id: `reason-${item.id}` },
    translated(item.error.message),
  );
  const prompt = h("span", { class: "tile__prompt", dir: "auto" }, item.prompt);
  const open = openButton(item, t("No picture: {prompt}", item), prompt, reason);
  open.setAttribute("aria-describedby", reason.id);
  const name = t("Use again: {prompt}", item);
  const attributes = { class: "button tile__again", type: "button", tabindex: -1, "aria-label": name };
  return [tick(item), open, h("button", attributes, t("Use again"))];
}

function openButton(item, name, ...content) {
  const attributes = { class: "tile__open", type: "button", tabindex: -1, "aria-label": name };
  return h("button", { ...attributes, "data-id": item.id }, ...content);
}

function tick(item) {
  const attributes = { class: "tile__tick", type: "checkbox", tabindex: -1 };
  return h("input", { ...attributes, "aria-label": t("Select: {prompt}", item) });
}

function picture(item) {
  if (!item.thumb_url) return h("span", { class: "tile__cause" }, item.is_lost ? LOST : NOT_KEPT);
  return h("img", {
    src: here(item, item.thumb_url),
    alt: "",
    loading: "lazy",
    decoding: "async",
    draggable: "false",
    width: 384,
    height: 384,
  });
}
