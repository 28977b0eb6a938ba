import { expect, test } from "vitest";
import { cookieOf, forget } from "easel/kept.js";

test("a cookie is kept for a year, on https under a name that no other host can set", () => {
  const kept = "Path=/; Max-Age=31536000; SameSite=Lax";
  expect(cookieOf("easel_language", "de", "http:")).toBe(`easel_language=de; ${kept}`);
  expect(cookieOf("easel_language", "de", "https:")).toBe(`__Host-easel_language=de; ${kept}; Secure`);
});

test("signing out leaves how the browser likes Easel, and nothing of anybody's", () => {
  const preferences = { "easel-theme": "dark", "easel-single-keys": "off", "easel-notify": "on" };
  for (const [name, value] of Object.entries(preferences)) localStorage.setItem(name, value);
  for (const name of ["easel-draft:ada", "easel-prompts:ada", "easel-prompts-removed:ben"])
    localStorage.setItem(name, "a red kite");
  sessionStorage.setItem("easel-press:ada", "a red kite");
  forget();
  expect({ ...localStorage }).toEqual(preferences);
  expect(sessionStorage.length).toBe(0);
});
