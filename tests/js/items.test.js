import { fileName } from "easel/download.js";
import { here, isUnkept, keyOf, lateNews } from "easel/items.js";
import { expect, test } from "vitest";

const STORED = {
  id: "1",
  status: "succeeded",
  url: "https://easel.test/image",
  thumb_url: "https://easel.test/image?size=thumb",
};

test("our own pictures are asked for where the page is, the provider's where they are", () => {
  expect(here(STORED, STORED.thumb_url)).toBe("/image?size=thumb");
  const unkept = { ...STORED, thumb_url: undefined, url: "https://provider.test/1.png" };
  expect(isUnkept(unkept)).toBe(true);
  expect(here(unkept, unkept.url)).toBe("https://provider.test/1.png");
});

test("a tile is drawn anew when its picture comes or is lost", () => {
  const keys = [
    STORED,
    { ...STORED, thumb_url: undefined },
    { id: "1", status: "succeeded", is_lost: true },
  ].map(keyOf);
  expect(new Set(keys).size).toBe(3);
});

test("what was learned of a charge later is said once", () => {
  const failed = (message, charge) => ({ error: { message }, charge });
  expect(lateNews(failed("We cannot tell whether it was charged.", "charged"))).toBe("It was charged.");
  expect(lateNews(failed("It was charged.", "charged"))).toBe("");
  expect(lateNews(failed("We cannot tell.", "unknown"))).toBe("");
  expect(lateNews(STORED)).toBe("");
});

test.each([
  ["A red kite, over the sea!", "image/png", "a-red-kite-over-the-sea.png"],
  ["Ein Übermut", "image/webp", "ein-übermut.webp"],
  ["???", "image/jpeg", "picture.jpg"],
  ["x".repeat(100), "", `${"x".repeat(60)}.png`],
])("a file is named after its prompt: %s", (prompt, type, name) => {
  expect(fileName(prompt, type)).toBe(name);
});
