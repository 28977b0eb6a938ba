import { mount } from "@vue/test-utils";
import { afterEach, expect, test, vi } from "vitest";
import AccountData from "../../ui/components/account_data/account_data.js";

const TOO_OLD = {
  code: "FORBIDDEN",
  message: "Please sign in again first.",
  details: { cause: "SIGN_IN_TOO_OLD" },
};
const WAYS_IN = [{ label: "Example", address: "/auth/login/oidc?prompt=login" }];

const shown = (props) =>
  mount(AccountData, {
    props: { confirmation: "delete my account", waysIn: WAYS_IN, refusal: "", isRecent: true, ...props },
  });

afterEach(() => vi.unstubAllGlobals());

test("after a recent sign-in there is the form, and no way to another one", () => {
  const page = shown();
  expect(page.find("form.words-form").exists()).toBe(true);
  expect(page.find("a[href^='/auth/']").exists()).toBe(false);
});

test("after an old one there is the way to a new one", () => {
  const page = shown({ isRecent: false });
  expect(page.find("form").exists()).toBe(false);
  expect(page.get("a[href='/auth/login/oidc?prompt=login']").text()).toBe("Sign in again with Example");
  expect(page.find("[role=alert]").exists()).toBe(false);
});

test("the demo user's way is a POST", () => {
  const form = shown({ isRecent: false, waysIn: [{ label: null, address: "/auth/demo" }] }).get("form");
  expect(form.attributes()).toMatchObject({ method: "post", action: "/auth/demo" });
});

test("an attempt that failed says why", () => {
  const page = shown({ isRecent: false, refusal: "You did not finish signing in." });
  expect(page.get("[role=alert]").text()).toBe("You did not finish signing in.");
});

test("a sign-in that has grown old on the page is found out by the press", async () => {
  const refusal = { success: false, error: TOO_OLD };
  vi.stubGlobal("fetch", async () => new Response(JSON.stringify(refusal), { status: 403 }));
  const page = shown();
  await page.get("form").trigger("submit");
  await vi.waitFor(() => expect(page.get("[role=alert]").text()).toBe("Please sign in again first."));
  expect(page.find("a[href^='/auth/']").exists()).toBe(true);
  expect(page.find("input").exists()).toBe(false);
});
