// Calls of the API, by the cookie of whoever looks at the page.

import { t, translated } from "easel/words.js";

const API = "/api/v1";
const ATTEMPTS = 5;

// What the API answers; an error has the sentence for the person, and the problems of each field in `fields`.
export async function call(method, path, body) {
  const headers = { Accept: "application/json" };
  if (body !== undefined) headers["Content-Type"] = "application/json";
  const reply = await fetchInPace(`${API}${path}`, { method, headers, body: body && JSON.stringify(body) });
  const answer = await readAnswer(reply);
  if (!answer.success)
    throw Object.assign(new Error(translated(answer.error.message)), {
      details: answer.error.details,
      status: reply.status,
    });
  return answer.data;
}

// A proxy in between may answer in its own words, for example while Easel starts again.
async function readAnswer(reply) {
  try {
    return await reply.json();
  } catch {
    throw new Error(
      t("Easel cannot be reached at the moment ({status}). Please try again soon.", { status: reply.status }),
    );
  }
}

// Many tabs together may ask faster than one person may: then this one waits as long as it is told.
async function fetchInPace(url, options) {
  for (let attempt = 1; ; attempt += 1) {
    const reply = await fetch(url, options).catch(() => {
      throw new Error(t("There is no connection to Easel. Please try again."));
    });
    if (reply.status !== 429 || attempt === ATTEMPTS) return reply;
    const seconds = Number(reply.headers.get("Retry-After")) + Math.random();
    await new Promise((resolve) => setTimeout(resolve, seconds * 1000));
  }
}

// The sentence about what went wrong: that of the first field or of the form, which says more than the message.
export function sentenceOf(error) {
  const { formErrors = [], fieldErrors = {} } = error.details ?? {};
  const [first] = [...Object.values(fieldErrors).flat(), ...formErrors];
  return first ? translated(first) : error.message;
}
