// The person's generations in the API: reading, deleting, restoring; and the addresses of their pictures.

import { call as callApi } from "easel/api.js";
import { t, translated } from "easel/words.js";

export const LOST = t("This picture could not be kept.");
export const call = (method, path, body) => callApi(method, `/generations${path}`, body);

// Whether the picture is only at the image service so far.
export const isUnkept = (item) => item.url && !item.thumb_url;

// The address of a stored picture without the host: this page may be open under another name than
// `PUBLIC_URL`, and the cookie is known only under the page's name.
export function here(item, url) {
  if (isUnkept(item)) return url;
  const { pathname, search } = new URL(url);
  return pathname + search;
}

// The charge, if it was learned after the end: the error's message, in English here, has the one known at the end.
const LATE_NEWS = { charged: "It was charged.", not_charged: "Nothing was charged." };

export function lateNews(item) {
  const news = item.error && LATE_NEWS[item.charge];
  return news && !item.error.message.includes(news) ? translated(news) : "";
}

// A key that changes whenever the tile has to show something else.
export const keyOf = (item) =>
  `${item.id}:${item.thumb_url ? "picture" : item.is_lost ? "lost" : item.status}`;
