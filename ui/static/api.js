// Calls of the API, by the cookie of whoever looks at the page.

const API = "/api/v1";

// What the API answers; an error has the sentence for the person, and the problems of each field in `fields`.
export async function call(method, path, body) {
  const headers = { Accept: "application/json" };
  if (body !== undefined) headers["Content-Type"] = "application/json";
  const reply = await fetch(`${API}${path}`, { method, headers, body: body && JSON.stringify(body) });
  const answer = await reply.json();
  if (!answer.success)
    throw Object.assign(new Error(answer.error.message), { details: answer.error.details });
  return answer.data;
}

// The sentence about what went wrong: that of the first field or of the form, which says more than the message.
export function sentenceOf(error) {
  const { formErrors = [], fieldErrors = {} } = error.details ?? {};
  return [...Object.values(fieldErrors).flat(), ...formErrors][0] ?? error.message;
}
