// Words in the language of the page. English is what the code says; the catalogue of another language is a script
// in the page's head, which has run before any module does.

const { messages = {}, plurals = {} } = globalThis.easelWords ?? {};
const PLACEHOLDERS = /\{(\w+)\}/g;
const catalogue = new Map(Object.entries(messages));

const language = document.documentElement.lang || "en";
const isOfPage = (tag) => tag.split("-")[0] === language.split("-")[0];

// For numbers and dates: the page's language as it is written where the person lives, such as de-AT for de.
export const locale = (navigator.languages ?? []).find(isOfPage) ?? language;

// The message with its {placeholders} replaced by the values of these names.
export const t = (message, values) => filled(catalogue.get(message) ?? message, values);

// The same for a message that depends on a number, which also stands in for the placeholder {n}.
export function tn(one, other, number, values) {
  const forms = catalogue.get(one);
  const category = new Intl.PluralRules(language).select(number);
  const message = forms ? forms[plurals[category]] : category === "one" ? one : other;
  return filled(message, { n: number.toLocaleString(locale), ...values });
}

// What the API says: always English, one known sentence after the other, some with a value in them.
export function translated(text) {
  for (let end = text.length; end > 0; end = text.lastIndexOf(" ", end - 1)) {
    const found = known(text.slice(0, end));
    if (found) return [found, translated(text.slice(end + 1))].filter(Boolean).join(" ");
  }
  return text;
}

function filled(message, values = {}) {
  return message.replace(PLACEHOLDERS, (placeholder, name) => values[name] ?? placeholder);
}

function known(sentence) {
  if (catalogue.has(sentence)) return t(sentence);
  for (const [message, pattern] of templates()) {
    const match = pattern.exec(sentence);
    if (match) return t(message, match.groups);
  }
  return "";
}

// Messages with placeholders among words, and the pattern of what they look like with values in their places.
let patterns;
function templates() {
  patterns ??= [...catalogue.keys()]
    .filter((message) => typeof catalogue.get(message) === "string" && message.includes("{"))
    .filter((message) => /\p{L}{3}/u.test(message.replace(PLACEHOLDERS, "")))
    .map((message) => [message, patternOf(message)]);
  return patterns;
}

function patternOf(message) {
  const escaped = message.replace(/[.*+?^$()|[\]\\]/g, "\\$&");
  const named = new Set();
  const pattern = escaped.replace(PLACEHOLDERS, (_, name) => {
    const group = named.has(name) ? `\\k<${name}>` : `(?<${name}>.+)`;
    named.add(name);
    return group;
  });
  return new RegExp(`^${pattern}$`, "u");
}
