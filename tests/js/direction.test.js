import { afterEach, expect, test } from "vitest";
import { asRead } from "easel/direction.js";

const ARROWS = ["ArrowLeft", "ArrowRight", "ArrowUp", "ArrowDown"];

afterEach(() => {
  document.documentElement.dir = "";
});

test("arrows lead onward and back in the direction of the page's language", () => {
  expect(ARROWS.map(asRead)).toEqual(ARROWS);
  document.documentElement.dir = "rtl";
  expect(ARROWS.map(asRead)).toEqual(["ArrowRight", "ArrowLeft", "ArrowUp", "ArrowDown"]);
});
