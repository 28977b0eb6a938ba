// "Your pictures" and the stage: what comes late, twice, or while other words are searched for.

import { PictureGrid } from "easel/picture_grid.js";
import { PictureList } from "easel/picture_list.js";
import { openFromStage, removeFromStage } from "easel/stage_pictures.js";
import { studio } from "easel/studio.js";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";

const HOUR = (hour) => `2026-11-26T${String(hour).padStart(2, "0")}:00:00Z`;
const picture = (id, hour, prompt = id) => ({
  id,
  prompt,
  created_at: HOUR(hour),
  status: "succeeded",
  url: `https://easel.test/${id}`,
  thumb_url: `https://easel.test/${id}?size=thumb`,
  model: "openai/gpt-image-2",
});

// The API, with `rows`: reads wait for the promises in `held`, calls whose addresses end so fail while `broken`.
let api;
let list;

class Api {
  constructor(rows) {
    this.rows = rows;
    this.deleted = new Set();
    this.held = [];
    this.asked = [];
    this.broken = "none";
  }

  async answer(url, { method, body }) {
    this.asked.push(`${method} ${url}`);
    if (url.endsWith(this.broken)) throw new TypeError("Failed to fetch");
    const { ids = [] } = body ? JSON.parse(body) : {};
    if (url.endsWith("/delete")) for (const id of ids) this.deleted.add(id);
    if (url.endsWith("/restore")) for (const id of ids) this.deleted.delete(id);
    const data = ids.length ? { ids, undo_seconds: 30 } : this.read(new URL(url, "https://easel.test"));
    await this.held.shift();
    return new Response(JSON.stringify({ success: true, data }));
  }

  read({ pathname, searchParams }) {
    const there = this.rows.filter(({ id }) => !this.deleted.has(id));
    const one = there.find(({ id }) => pathname.endsWith(`/${id}`));
    if (one) return one;
    const found = there.filter(({ prompt }) => prompt.includes(searchParams.get("q") ?? ""));
    const start = found.findIndex(({ id }) => id === searchParams.get("before")) + 1;
    const end = start + Number(searchParams.get("limit"));
    return { items: found.slice(start, end), next: found[end]?.id };
  }
}

const settled = () => new Promise((done) => setTimeout(done, 20));
const toasts = () => [...document.querySelectorAll(".toast")].map((toast) => toast.textContent);
const shown = () => list.shown().map(({ id }) => id);
const newest = () => studio.newest.map(({ id }) => id);

async function open(...rows) {
  api = new Api(rows);
  vi.stubGlobal("fetch", (url, options) => api.answer(url, options));
  const root = document.createElement("div");
  document.body.append(root);
  list = new PictureList(root);
  await settled();
}

function hold() {
  let letGo;
  api.held.push(
    new Promise((done) => {
      letGo = done;
    }),
  );
  return letGo;
}

async function undo() {
  document.querySelector(".toast button").click();
  await settled();
}

beforeEach(() => {
  globalThis.ResizeObserver ??= class {
    observe() {}
    disconnect() {}
  };
  studio.newest = undefined;
});

afterEach(() => {
  list.close();
  document.querySelector(".gallery__grid").parentNode.remove();
  for (const toast of document.querySelectorAll(".toast")) toast.remove();
  vi.unstubAllGlobals();
});

describe("an answer that was read before", () => {
  test("does not take away what Undo has brought back", async () => {
    await open(picture("kite", 8), picture("fox", 7));
    await removeFromStage(list, "kite");
    const letGo = hold();
    const reading = list.refresh();
    await settled();
    await undo();
    letGo();
    await reading;
    expect([shown(), newest()]).toEqual([
      ["kite", "fox"],
      ["kite", "fox"],
    ]);
  });

  test("does not take away what a later one has", async () => {
    await open(picture("fox", 7));
    const letGo = hold();
    const reading = list.refresh();
    await settled();
    api.rows.unshift(picture("kite", 8));
    await list.refresh();
    letGo();
    await reading;
    expect(shown()).toEqual(["kite", "fox"]);
  });
});

describe("while other words are searched for", () => {
  beforeEach(async () => {
    await open(picture("fox", 7), picture("kite", 6));
    list.search("fox");
    await settled();
  });

  test("a picture that was made meanwhile is opened, once, and deleted from the stage, once", async () => {
    api.rows.unshift(picture("newest", 8));
    const opened = vi.spyOn(list.viewer, "open").mockImplementation(() => {});
    await Promise.all([openFromStage(list, "newest"), openFromStage(list, "newest")]);
    expect(opened.mock.calls.map(([item]) => item.id)).toEqual(["newest"]);
    api.asked.length = 0;
    await Promise.all([removeFromStage(list, "newest"), removeFromStage(list, "newest")]);
    expect(api.asked.filter((call) => call.startsWith("POST"))).toHaveLength(1);
  });

  test("Undo brings a picture back to the stage, and to no list where it does not belong", async () => {
    await removeFromStage(list, "kite");
    expect(newest()).toEqual(["fox"]);
    await undo();
    expect([shown(), newest()]).toEqual([["fox"], ["fox", "kite"]]);
  });

  test("the viewer of a picture that is not found leads to no other", async () => {
    await openFromStage(list, "kite");
    for (const by of [1, -1]) {
      list.viewer.step(by);
      expect(list.viewer.item.id).toBe("kite");
    }
    expect(list.viewer.next.getAttribute("aria-disabled")).toBe("true");
  });
});

test("an Undo that was not heard is offered again", async () => {
  await open(picture("kite", 8));
  await list.remove(list.shown());
  api.broken = "/restore";
  await undo();
  expect(toasts()).toContain("There is no connection to Easel. Please try again.");
  api.broken = "none";
  await undo();
  expect(shown()).toEqual(["kite"]);
});

test("a key that is held down deletes one, and each of many has its Undo", async () => {
  const hours = Array.from({ length: 9 }, (_, at) => 9 - at);
  await open(...hours.map((hour) => picture(`kite ${hour}`, hour)));
  list.grid.focus("kite 9");
  const press = (repeat) =>
    document.activeElement.dispatchEvent(
      new KeyboardEvent("keydown", { key: "Delete", repeat, bubbles: true }),
    );
  for (let count = 0; count < 5; count += 1) press(count > 0);
  await settled();
  expect(shown()).toHaveLength(8);
  for (let count = 0; count < 4; count += 1) press(false);
  await settled();
  expect(document.querySelectorAll(".toast button")).toHaveLength(5);
});

test("the others of a selection stay selected when one of them is deleted", async () => {
  await open(picture("kite", 8), picture("fox", 7));
  for (const id of ["kite", "fox"]) list.toggle(id);
  await list.remove(list.shown().slice(0, 1));
  expect(list.selected().map(({ id }) => id)).toEqual(["fox"]);
});

test("failures are not looked for through everything that was ever made", async () => {
  vi.spyOn(PictureGrid.prototype, "draw").mockImplementation(() => {}); // nothing is near unless it says so
  await open(...Array.from({ length: 1000 }, (_, at) => picture(`kite ${at}`, 8)));
  list.filter(true);
  list.grid.onNear();
  await settled();
  for (let count = 0; count < 9; count += 1) {
    list.grid.onNear();
    await settled();
  }
  expect(api.asked.length).toBeLessThanOrEqual(5);
  expect(list.note.element.textContent).toMatch(/^That is all among your newest \d+\. Look further$/);
  const before = api.asked.length;
  list.note.element.querySelector("button").click();
  await settled();
  expect(api.asked.length).toBeGreaterThan(before);
  vi.restoreAllMocks();
});

test("the stage has a picture also where the newest page has failures only", async () => {
  const failure = (at) => ({
    ...picture(`failure ${at}`, 9),
    thumb_url: null,
    error: { code: "X", message: "No." },
  });
  await open(...Array.from({ length: 48 }, (_, at) => failure(at)), picture("kite", 8));
  await list.more();
  expect(studio.newest.find((item) => item.thumb_url).id).toBe("kite");
});

test("two fingers on the grid select nothing", async () => {
  await open(picture("kite", 8), picture("fox", 7));
  vi.useFakeTimers();
  const tiles = [...document.querySelectorAll(".tile__open")];
  const touch = (type, at, isPrimary) => {
    const event = Object.assign(new Event(type, { bubbles: true }), { pointerType: "touch", isPrimary });
    tiles[at].dispatchEvent(Object.assign(event, { clientX: 200 * at, clientY: 0 }));
  };
  touch("pointerdown", 0, true);
  touch("pointerdown", 1, false);
  touch("pointercancel", 0, true);
  vi.advanceTimersByTime(1000);
  expect(list.selection.size).toBe(0);
  touch("pointerdown", 0, true);
  vi.advanceTimersByTime(1000);
  expect(list.selection.size).toBe(1);
  vi.useRealTimers();
});
