// "Your pictures": read page by page from the API, drawn in blocks of which only the near ones are
// in the document, so that ten thousand pictures scroll as smoothly as ten.

import { say } from "./frame.js";

const API = "/api/v1/generations";
const PAGE = 24;
const UNDO_SECONDS = 10;
const LOST = "This picture could not be kept.";
const NOT_KEPT = "Not kept yet. Open it to download it now.";
const NOT_KEPT_HERE = "Not kept yet: the image service deletes this picture within an hour.";
const NOT_KEPT_SECONDS = 10;
const NEAR = "1500px";

const h = (tag, attributes = {}, ...children) => {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else if (value !== undefined && value !== false) element.setAttribute(name, value === true ? "" : value);
  }
  element.append(...children);
  return element;
};

async function call(method, path) {
  const reply = await fetch(`${API}${path}`, { method, headers: { Accept: "application/json" } });
  const body = await reply.json();
  if (!body.success) throw new Error(body.error.message);
  return body.data;
}

class Gallery extends HTMLElement {
  connectedCallback() {
    if (this.grid) return;
    this.items = [];
    this.removed = new Set();
    this.next = undefined;
    this.blocks = h("div", { class: "gallery__blocks" });
    this.grid = this.blocks;
    this.note = h("p", { class: "small gallery__note", role: "status" });
    this.sentinel = h("div", { class: "gallery__sentinel" });
    this.append(this.blocks, this.note, this.sentinel);
    this.viewer = new Viewer(this);
    this.near = new IntersectionObserver((entries) => entries.forEach((e) => this.draw(e.target, e.isIntersecting)), {
      rootMargin: NEAR,
    });
    new IntersectionObserver((entries) => entries.some((e) => e.isIntersecting) && this.more(), {
      rootMargin: NEAR,
    }).observe(this.sentinel);
    addEventListener("easel:changed", () => this.refresh());
    this.more();
  }

  async more() {
    if (this.isLoading || this.next === null) return;
    this.isLoading = true;
    try {
      // Not `next` itself: it may have been deleted since, and what is deleted leads nowhere.
      const last = this.items.at(-1)?.id;
      const before = this.next && last ? `&before=${last}` : "";
      const page = await call("GET", `?limit=${PAGE}${before}`);
      this.next = page.next ?? null;
      const known = new Set(this.items.map((item) => item.id));
      this.items.push(...page.items.filter((item) => !known.has(item.id)));
      this.arrange();
    } catch (error) {
      this.note.replaceChildren(
        `${error.message} `,
        h("button", { class: "button button--quiet", type: "button", onclick: () => this.more() }, "Try again"),
      );
      return;
    } finally {
      this.isLoading = false;
    }
    if (this.next && this.sentinel.getBoundingClientRect().top < innerHeight * 2) this.more();
  }

  // What is newest, after a run has started or ended here or elsewhere.
  async refresh() {
    try {
      const page = await call("GET", `?limit=${PAGE}`);
      // What is newer than the page's end and not on it has been deleted elsewhere.
      const end = page.next ? page.items.at(-1).created_at : "";
      const older = this.items.filter((item) => item.created_at < end);
      this.items = [...page.items.filter((item) => !this.removed.has(item.id)), ...older];
      if (this.next === undefined) this.next = page.next ?? null;
      this.arrange();
    } catch {
      // the next change, or the next scroll, asks again
    }
  }

  shown() {
    return this.items.filter((item) => item.status !== "processing");
  }

  arrange() {
    const shown = this.shown();
    const count = Math.ceil(shown.length / PAGE);
    while (this.blocks.children.length > count) {
      this.near.unobserve(this.blocks.lastChild);
      this.blocks.lastChild.remove();
    }
    while (this.blocks.children.length < count) {
      const block = h("ul", { class: "gallery__block" });
      this.blocks.append(block);
      this.near.observe(block);
    }
    const focused = this.querySelector(".tile__open:focus")?.dataset.id;
    [...this.blocks.children].forEach((block) => block.children.length && this.fill(block));
    // A tile that was moved or drawn anew has lost the focus on the way.
    if (focused) this.querySelector(`[data-id="${focused}"]`)?.focus({ preventScroll: true });
    const isEmpty = !shown.length && this.next === null;
    this.note.textContent = isEmpty ? "Your finished pictures gather here." : "";
    this.watchUnkept();
  }

  // `refresh` reads the newest page only.
  watchUnkept() {
    clearTimeout(this.watching);
    if (this.items.slice(0, PAGE).some(isUnkept)) this.watching = setTimeout(() => this.refresh(), NOT_KEPT_SECONDS * 1000);
  }

  draw(block, isNear) {
    if (isNear) {
      this.fill(block);
      block.style.minHeight = "";
    } else if (block.children.length) {
      block.style.minHeight = `${block.offsetHeight}px`;
      block.replaceChildren();
    }
  }

  fill(block) {
    const start = [...this.blocks.children].indexOf(block) * PAGE;
    const items = this.shown().slice(start, start + PAGE);
    const known = new Map([...block.children].map((tile) => [tile.dataset.key, tile]));
    block.replaceChildren(...items.map((item) => known.get(key(item)) ?? this.tile(item)));
  }

  tile(item) {
    const name = item.error ? `No picture: ${item.prompt}` : item.prompt;
    const content = item.thumb_url
      ? h("img", { src: here(item, item.thumb_url), alt: "", loading: "lazy", decoding: "async", width: 384, height: 384 })
      : h("span", { class: "tile__cause" }, item.error ? item.error.message : item.is_lost ? LOST : NOT_KEPT);
    const open = h(
      "button",
      {
        class: "tile__open",
        type: "button",
        "aria-label": name,
        "data-id": item.id,
        onclick: () => this.viewer.open(item.id),
      },
      content,
    );
    return h("li", { class: `tile${item.error ? " tile--failed" : ""}`, "data-key": key(item) }, open);
  }

  async remove(item) {
    const index = this.shown().findIndex((other) => other.id === item.id);
    this.items = this.items.filter((other) => other.id !== item.id);
    this.removed.add(item.id);
    this.arrange();
    try {
      await call("POST", `/${item.id}/delete`);
      this.offerUndo(item);
    } catch (error) {
      this.putBack(item);
      say(error.message);
    }
    const tiles = this.querySelectorAll(".tile__open");
    (tiles[Math.min(index, tiles.length - 1)] ?? document.getElementById("prompt"))?.focus();
  }

  offerUndo(item) {
    document.querySelector(".snackbar")?.remove();
    const undo = async () => {
      bar.remove();
      try {
        await call("POST", `/${item.id}/restore`);
        this.putBack(item);
        say("Restored.");
      } catch (error) {
        say(error.message);
      }
    };
    const bar = h(
      "div",
      { class: "snackbar", role: "status" },
      h("span", {}, "Deleted."),
      h("button", { class: "button", type: "button", onclick: undo }, "Undo"),
    );
    document.body.append(bar);
    setTimeout(() => bar.remove(), UNDO_SECONDS * 1000);
  }

  putBack(item) {
    this.removed.delete(item.id);
    this.items = [...this.items, item].sort((a, b) => (a.created_at < b.created_at ? 1 : -1));
    this.arrange();
  }
}

// Only the image service has the picture so far, and browsers open what is elsewhere.
const isUnkept = (item) => item.url && !item.thumb_url;
const ELSEWHERE = { target: "_blank", rel: "noopener noreferrer" };

// The site may be open under another name than `PUBLIC_URL`, where its cookie is not known.
function here(item, url) {
  if (isUnkept(item)) return url;
  const { pathname, search } = new URL(url);
  return pathname + search;
}

// What was learned of the charge after the end, which itself says what was known by then.
const LATE_NEWS = { charged: "It was charged.", not_charged: "Nothing was charged." };

function lateNews(item) {
  const news = item.error && LATE_NEWS[item.charge];
  return news && !item.error.message.includes(news) ? h("p", { class: "small" }, news) : "";
}

const key = (item) => `${item.id}:${item.thumb_url ? "picture" : item.is_lost ? "lost" : item.status}`;

class Viewer {
  constructor(gallery) {
    this.gallery = gallery;
    this.body = h("div", { class: "viewer__body" });
    const bar = h("div", { class: "viewer__bar" },
      this.button("Previous", () => this.step(-1)),
      this.button("Next", () => this.step(1)),
      h("span", { class: "spacer" }),
      h("button", { class: "button button--quiet dialog-close", type: "button" }, "Close"));
    this.dialog = h("dialog", { class: "viewer", "aria-label": "Picture", tabindex: "-1" }, bar, this.body);
    this.dialog.addEventListener("keydown", (event) => {
      if (event.key === "ArrowRight") this.step(1);
      if (event.key === "ArrowLeft") this.step(-1);
    });
    document.body.append(this.dialog);
  }

  open(id) {
    this.show(this.gallery.shown().find((item) => item.id === id));
    this.dialog.showModal();
  }

  step(by) {
    const shown = this.gallery.shown();
    const index = shown.findIndex((item) => item.id === this.item.id) + by;
    if (index >= shown.length - 3) this.gallery.more();
    if (shown[index]) this.show(shown[index]);
  }

  show(item) {
    this.item = item;
    const picture = item.url
      ? h("img", { class: "viewer__picture", src: here(item, item.url), alt: item.prompt, width: item.width, height: item.height })
      : h("p", { class: "viewer__cause" }, item.error?.message ?? LOST, h("span", { class: "small" }, item.error?.code ?? ""));
    if (this.body.contains(document.activeElement)) this.dialog.focus();
    this.body.replaceChildren(
      picture,
      isUnkept(item) ? h("p", { class: "small" }, NOT_KEPT_HERE) : "",
      h("p", { class: "viewer__prompt" }, item.prompt),
      lateNews(item),
      h("div", { class: "viewer__actions" },
        this.button("Use prompt again", () => this.useAgain()),
        this.button("Copy prompt", () => this.copy()),
        item.url ? h("a", { class: "button", href: here(item, item.url), download: fileName(item), ...(isUnkept(item) ? ELSEWHERE : {}) }, "Download") : "",
        this.button("Delete", () => this.remove())),
    );
  }

  button(text, onclick) {
    return h("button", { class: "button", type: "button", onclick }, text);
  }

  useAgain() {
    this.dialog.close();
    dispatchEvent(new CustomEvent("easel:use-prompt", { detail: this.item.prompt }));
    document.getElementById("prompt")?.scrollIntoView({ block: "center" });
  }

  async copy() {
    try {
      await navigator.clipboard.writeText(this.item.prompt);
      say("Prompt copied.");
    } catch {
      say("Your browser does not allow copying here. Select the prompt's text instead.");
    }
  }

  remove() {
    this.dialog.close();
    this.gallery.remove(this.item);
  }
}

const EXTENSIONS = { "image/jpeg": "jpg", "image/webp": "webp" };

function fileName(item) {
  const words = item.prompt.toLowerCase().replace(/[^\p{L}\p{N}]+/gu, "-").replace(/^-+|-+$/g, "");
  return `${[...words].slice(0, 60).join("") || "picture"}.${EXTENSIONS[item.content_type] ?? "png"}`;
}

customElements.define("easel-gallery", Gallery);
