import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";

const GERMAN = {
  messages: {
    Close: "Schließen",
    "It was charged.": "Es wurde berechnet.",
    "No picture. Try again.": "Kein Bild. Versuch es noch einmal.",
    "{count} too many": "{count} zu viel",
    "{left} of {limit}": "{left} von {limit}",
    "Please use {most} characters or fewer.": "Bitte nimm höchstens {most} Zeichen.",
    'Please type "{words}".': "Bitte tippe „{words}“.",
    "{name} and {name}-foreground": "{name} und {name}-foreground",
    "{day}: one picture": ["{day}: ein Bild", "{day}: {n} Bilder"],
  },
  plurals: { one: 0, other: 1 },
};

// The module reads the page's language once, as it is loaded.
async function wordsOf(lang, catalogue, languages = []) {
  document.documentElement.lang = lang;
  vi.stubGlobal("easelWords", catalogue);
  vi.stubGlobal("navigator", { languages });
  vi.resetModules();
  return await import("easel/words.js");
}

afterEach(() => {
  vi.unstubAllGlobals();
  document.documentElement.lang = "";
});

describe("in English", () => {
  let words;
  beforeEach(async () => {
    words = await wordsOf("en", undefined);
  });

  it("says what the code says, with values in place of placeholders", () => {
    expect(words.t("Close")).toBe("Close");
    expect(words.t("{count} too many", { count: 3 })).toBe("3 too many");
    expect(words.t("{count} too many", { count: 0 })).toBe("0 too many");
    expect(words.t("{count} too many")).toBe("{count} too many");
  });

  it("counts", () => {
    const say = (number) => words.tn("one picture", "{n} pictures", number);
    expect([0, 1, 2, 1234].map(say)).toEqual(["0 pictures", "one picture", "2 pictures", "1,234 pictures"]);
  });

  it("leaves what the API says as it is", () => {
    expect(words.translated("It was charged. And more.")).toBe("It was charged. And more.");
  });
});

describe("in German", () => {
  let words;
  beforeEach(async () => {
    words = await wordsOf("de", GERMAN, ["en-US", "de-AT", "de-DE"]);
  });

  it("says what the catalogue says, or English", () => {
    expect(words.t("Close")).toBe("Schließen");
    expect(words.t("Unknown {what}", { what: "x" })).toBe("Unknown x");
    expect(words.t("constructor")).toBe("constructor");
    expect(words.t("{left} of {limit}", { left: "{limit}", limit: 2 })).toBe("{limit} von 2");
  });

  it("counts, with numbers as they are written there", () => {
    const say = (number) => words.tn("{day}: one picture", "{day}: {n} pictures", number, { day: "Montag" });
    expect(say(1)).toBe("Montag: ein Bild");
    expect(say(2)).toBe("Montag: 2 Bilder");
    expect(words.locale).toBe("de-AT");
  });

  it("translates what the API says, one sentence after the other", () => {
    expect(words.translated("No picture. Try again. It was charged.")).toBe(
      "Kein Bild. Versuch es noch einmal. Es wurde berechnet.",
    );
    expect(words.translated("Please use 100 characters or fewer.")).toBe("Bitte nimm höchstens 100 Zeichen.");
    expect(words.translated('Please type "delete my account".')).toBe("Bitte tippe „delete my account“.");
    expect(words.translated("Nobody has said this. It was charged.")).toBe(
      "Nobody has said this. It was charged.",
    );
    expect(words.translated("card and card-foreground")).toBe("card und card-foreground");
    expect(words.translated("card and other-foreground")).toBe("card and other-foreground");
    expect(words.translated("Monday: one picture")).toBe("Monday: one picture");
    expect(words.translated("3 of 4")).toBe("3 of 4");
    expect(words.translated("")).toBe("");
  });
});

it("chooses plural forms by the rules of the language", async () => {
  const catalogue = {
    messages: { "one file": ["plik", "pliki", "plików"] },
    plurals: { one: 0, few: 1, many: 2, other: 1 },
  };
  const { tn } = await wordsOf("pl", catalogue);
  expect([1, 2, 5, 22].map((number) => tn("one file", "{n} files", number))).toEqual([
    "plik",
    "pliki",
    "plików",
    "pliki",
  ]);
});
