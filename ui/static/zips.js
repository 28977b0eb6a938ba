// Downloads of many pictures, as zips of a hundred each, which is what the API puts into one.

import { inParts } from "easel/deletion.js";
import { h } from "easel/dom.js";
import { whole } from "easel/format.js";
import { toast } from "easel/toast.js";
import { t, tn } from "easel/words.js";

const MOST = 500; // browsers and the server would not take many more downloads at once

export function downloadAll(items) {
  const ids = items.filter((item) => item.thumb_url).map((item) => item.id);
  if (ids.length > MOST) {
    const most = whole(MOST);
    toast(t("At most {most} pictures can be downloaded at a time. All of them: Account, Export.", { most }));
    return;
  }
  const parts = inParts(ids);
  for (const part of parts) {
    const href = `/api/v1/generations/archive?ids=${part.join(",")}`;
    h("a", { href, download: "" }).click();
  }
  if (parts.length > 1)
    toast(tn("The pictures come as {n} zip file.", "The pictures come as {n} zip files.", parts.length));
}
