// A tile of "Your pictures": a thumbnail, or why there is none; it opens the picture.

import { h } from "easel/dom.js";
import { LOST, here, keyOf } from "easel/items.js";

const NOT_KEPT = "Not kept yet. Open it to download it now.";

export function tile(item, onclick) {
  const name = item.error ? `No picture: ${item.prompt}` : item.prompt;
  const content = item.thumb_url
    ? h("img", {
        src: here(item, item.thumb_url),
        alt: "",
        loading: "lazy",
        decoding: "async",
        width: 384,
        height: 384,
      })
    : h("span", { class: "tile__cause" }, item.error ? item.error.message : item.is_lost ? LOST : NOT_KEPT);
  const open = h(
    "button",
    {
      class: "tile__open",
      type: "button",
      "aria-label": name,
      "data-id": item.id,
      onclick,
    },
    content,
  );
  return h("li", { class: `tile${item.error ? " tile--failed" : ""}`, "data-key": keyOf(item) }, open);
}
