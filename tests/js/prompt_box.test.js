import { mount } from "@vue/test-utils";
import { connection } from "easel/connection.js";
import { afterEach, beforeEach, expect, test } from "vitest";
import PromptBox from "../../ui/components/prompt_box/prompt_box.js";

const EXAMPLE = "A lighthouse at dusk";
const PROPS = {
  draftKey: "ada",
  limit: 10,
  filled: "",
  emptyProblem: "Say something.",
  examples: [],
  reason: "",
};

class Socket {
  connected = false;
  listeners = {};

  on(name, listener) {
    this.listeners[name] = listener;
  }

  connect(connected) {
    this.connected = connected;
    this.listeners[connected ? "connect" : "disconnect"]();
  }
}

let socket;
let box;

async function open(props = {}) {
  connection.isUp = false; // another page than the one before
  socket = window.socket = new Socket();
  box = mount(PromptBox, { props: { ...PROPS, ...props }, attachTo: document.body });
  await box.vm.$nextTick();
  await box.vm.$nextTick();
}

const write = (text) => box.get("textarea").setValue(text);
const click = () => box.get(".button--primary").trigger("click");
const press = (changes = {}) =>
  box.get("textarea").trigger("keydown", { key: "Enter", ctrlKey: true, ...changes });
const sent = () => (box.emitted("press") ?? []).map(([each]) => each);

beforeEach(() => {
  localStorage.clear();
  sessionStorage.clear();
});

afterEach(() => box.unmount());

test("a press sends what the box shows at that moment", async () => {
  await open();
  socket.connect(true);
  box.get("textarea").element.value = "silent";
  await press();
  expect(sent().map((each) => each.order.prompt)).toEqual(["silent"]);
});

test("a press without a connection is kept, said to wait, and sent once", async () => {
  await open();
  await write("a kite");
  await click();
  await press();
  expect(sent()).toEqual([]);
  expect(box.get("#generate-reason").text()).toContain("your press is kept");
  expect(box.get(".button--primary").element.disabled).toBe(true);
  await write("other");
  socket.connect(true);
  expect(sent().map((each) => each.order.prompt)).toEqual(["a kite"]);
});

test("until it is answered it is sent again with the same key", async () => {
  await open();
  socket.connect(true);
  await write("a kite");
  await press();
  socket.connect(false);
  socket.connect(true);
  const [first, second] = sent();
  expect(second).toEqual(first);
  await box.setProps({ answer: { key: "another", problem: "" } });
  expect(box.get(".button--primary").element.disabled).toBe(true);
  await box.setProps({ answer: { key: first.key, problem: "" } });
  expect(box.get(".button--primary").element.disabled).toBe(false);
  socket.connect(true);
  expect(sent()).toHaveLength(2);
});

test("after a reload it is sent with the same key, and by its owner only", async () => {
  await open();
  await write("a kite");
  await press();
  const [name] = Object.keys(sessionStorage);
  box.unmount();
  await open({ draftKey: "ben" });
  socket.connect(true);
  expect(sent()).toEqual([]);
  box.unmount();
  const { key } = JSON.parse(sessionStorage.getItem(name));
  await open();
  socket.connect(true);
  expect(sent()).toEqual([{ order: { prompt: "a kite" }, key }]);
});

test.each([
  ["an input method", { isComposing: true }],
  ["Enter alone", { ctrlKey: false }],
])("a key that belongs to %s is no press", async (_, changes) => {
  await open();
  socket.connect(true);
  await write("a kite");
  await press(changes);
  expect(sent()).toEqual([]);
});

test("while Generate is off nothing is sent", async () => {
  await open({ reason: "One at a time." });
  socket.connect(true);
  await write("a kite");
  await click();
  await press();
  expect(sent()).toEqual([]);
  expect(box.get("#generate-reason").text()).toBe("One at a time.");
});

test.each([
  ["   ", "Say something."],
  ["🎨".repeat(11), "1 character over the limit."],
])("a prompt that cannot be used is explained, not sent: %s", async (text, problem) => {
  await open();
  socket.connect(true);
  await write(text);
  await press();
  expect(sent()).toEqual([]);
  expect(box.get("[role=alert]").text()).toBe(problem);
  await write("a kite");
  expect(box.get("[role=alert]").text()).toBe("");
});

test("a draft of the next prompt stays in the box while the one before runs", async () => {
  await open({ filled: "a kite" });
  expect(box.get("textarea").element.value).toBe("a kite");
  localStorage.setItem("easel-draft:ada", "two kites");
  box.unmount();
  await open({ filled: "a kite" });
  expect(box.get("textarea").element.value).toBe("two kites");
});

test("a draft is kept until its picture is there", async () => {
  await open();
  await write("a kite");
  box.unmount();
  await open();
  expect(box.get("textarea").element.value).toBe("a kite");
  await box.setProps({ made: "another" });
  expect(localStorage.getItem("easel-draft:ada")).toBe("a kite");
  await box.setProps({ made: "a kite" });
  expect(localStorage.getItem("easel-draft:ada")).toBeNull();
});

test("an example and a prompt from the gallery take the place of what is there", async () => {
  await open({ limit: 100, examples: [{ picture: "/lighthouse.svg", prompt: EXAMPLE }] });
  expect(box.get(".example img").attributes()).toMatchObject({ src: "/lighthouse.svg", alt: "" });
  expect(box.get(".example").text()).toBe(EXAMPLE);
  await box.get(".example").trigger("click");
  expect(box.get("textarea").element.value).toBe(EXAMPLE);
  dispatchEvent(new CustomEvent("easel:use-prompt", { detail: "a kite" }));
  expect(box.get("textarea").element.value).toBe("a kite");
});

test("a connection that is gone is said before the socket notices", async () => {
  await open();
  socket.connect(true);
  await box.vm.$nextTick();
  expect(box.get("#generate-reason").text()).toBe("");
  Object.defineProperty(navigator, "onLine", { value: false, configurable: true });
  dispatchEvent(new Event("offline"));
  await box.vm.$nextTick();
  expect(box.get("#generate-reason").text()).toMatch(/^No connection\./);
  await write("a kite");
  await press();
  expect(sent()).toEqual([]);
  Object.defineProperty(navigator, "onLine", { value: true, configurable: true });
  dispatchEvent(new Event("online"));
  expect(sent().map((each) => each.order.prompt)).toEqual(["a kite"]);
});
