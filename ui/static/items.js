// One's generations as the API has them: read, deleted, restored; and what their pictures can be shown from.

const API = "/api/v1/generations";
export const LOST = "This picture could not be kept.";

export async function call(method, path) {
  const reply = await fetch(`${API}${path}`, { method, headers: { Accept: "application/json" } });
  const body = await reply.json();
  if (!body.success) throw new Error(body.error.message);
  return body.data;
}

// Only the image service has the picture so far.
export const isUnkept = (item) => item.url && !item.thumb_url;

// The site may be open under another name than `PUBLIC_URL`, where its cookie is not known.
export function here(item, url) {
  if (isUnkept(item)) return url;
  const { pathname, search } = new URL(url);
  return pathname + search;
}

// What was learned of the charge after the end, which itself says what was known by then.
const LATE_NEWS = { charged: "It was charged.", not_charged: "Nothing was charged." };

export function lateNews(item) {
  const news = item.error && LATE_NEWS[item.charge];
  return news && !item.error.message.includes(news) ? news : "";
}

// Changes with what a tile shows.
export const keyOf = (item) =>
  `${item.id}:${item.thumb_url ? "picture" : item.is_lost ? "lost" : item.status}`;
