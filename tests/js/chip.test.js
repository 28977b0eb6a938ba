import { mount } from "@vue/test-utils";
import { renderChip } from "easel/chip.js";
import { expect, test } from "vitest";
import { h } from "vue";

const chipOf = (chip) => mount({ render: () => h("div", renderChip(chip)) });

test("the chip says in a word, its title and its popover in a sentence", () => {
  const chip = chipOf({ word: "Demo", sentence: "Pictures are drawn by Easel itself." });
  const button = chip.get("button");
  expect(button.text()).toBe("Demo");
  expect(button.attributes("title")).toBe("Pictures are drawn by Easel itself.");
  const popover = chip.get(`#${button.attributes("popovertarget")}`);
  expect(popover.attributes("popover")).toBe("auto");
  expect(popover.text()).toBe("Pictures are drawn by Easel itself.");
});

test("there is none where pictures are real", () => {
  expect(chipOf(null).find("button").exists()).toBe(false);
});
