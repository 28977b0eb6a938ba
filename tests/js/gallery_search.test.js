// The search box of "Your pictures": when the words that are typed become a search.

import { mount } from "@vue/test-utils";
import { PictureList } from "easel/picture_list.js";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import Gallery from "../../ui/components/gallery/gallery.js";

const A_WHILE_MS = 1000;

let gallery;
let search;

beforeEach(() => {
  vi.useFakeTimers();
  globalThis.ResizeObserver ??= class {
    observe() {}
    disconnect() {}
  };
  vi.spyOn(PictureList.prototype, "more").mockResolvedValue();
  search = vi.spyOn(PictureList.prototype, "search").mockReturnValue();
  gallery = mount(Gallery, { attachTo: document.body });
});

// As a person does: `setValue` would leave the box, too.
async function type(box, words) {
  box.element.value = words;
  await box.trigger("input");
}

afterEach(() => {
  gallery.unmount();
  vi.restoreAllMocks();
  vi.useRealTimers();
});

test("words are searched for once, when the typing rests", async () => {
  const box = gallery.get("[type=search]");
  await type(box, "ki");
  await type(box, " kite ");
  expect(search).not.toHaveBeenCalled();
  vi.advanceTimersByTime(A_WHILE_MS);
  expect(search.mock.calls).toEqual([["kite"]]);
});

test("at once when the box is left, and nothing comes later", async () => {
  const box = gallery.get("[type=search]");
  await type(box, "kite");
  await box.trigger("change");
  expect(search.mock.calls).toEqual([["kite"]]);
  vi.advanceTimersByTime(A_WHILE_MS);
  expect(search).toHaveBeenCalledTimes(1);
});
