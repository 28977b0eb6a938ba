// A finished picture on the stage, and what can be done with it. Its thumbnail is shown at once, where there is one,
// and the picture over it once it is decoded.

import { h } from "vue";
import { canCopyPictures, copyPicture, copyText } from "easel/clipboard.js";
import { fileName } from "easel/download.js";
import { icon } from "easel/icon.js";
import { deletePicture, openPicture, usePrompt } from "easel/studio.js";
import { t } from "easel/words.js";

const SQUARE = 1024;
const isPlain = (click) => !(click.ctrlKey || click.metaKey || click.shiftKey || click.altKey);

export default {
  props: {
    id: String,
    src: String,
    thumb: String, // the thumbnail's address; absent until our own copy exists
    alt: String, // the prompt
    width: Number,
    height: Number,
    type: String, // the picture's content type
  },
  data: () => ({ decoded: "" }), // the address of the picture that can be painted
  mounted() {
    this.decode();
  },
  watch: { src: { flush: "post", handler: "decode" } },
  computed: {
    isStored() {
      return Boolean(this.thumb);
    },
  },
  methods: {
    size() {
      return { width: this.width || SQUARE, height: this.height || SQUARE };
    },
    async decode() {
      const { src } = this;
      try {
        await this.$refs.picture.decode();
      } catch {
        // broken or replaced: the browser shows what it has
      }
      if (src === this.src) this.decoded = src;
    },
    // A plain click opens the viewer; the middle button or Ctrl the picture's own address, as with any link.
    onOpen(click) {
      if (!isPlain(click)) return;
      click.preventDefault();
      openPicture(this.id);
    },
    renderPicture() {
      const size = this.size();
      const thumb = this.thumb && h("img", { class: "picture__thumb", src: this.thumb, alt: "", ...size });
      return h(
        "a",
        {
          class: ["picture__open", { "is-decoded": this.decoded === this.src }],
          href: this.src,
          target: "_blank",
          rel: "noopener noreferrer",
          title: t("View larger"),
          onClick: this.onOpen,
        },
        [thumb, h("img", { ref: "picture", class: "picture", src: this.src, alt: this.alt, ...size })],
      );
    },
    act(name, symbol, onClick) {
      const attributes = { type: "button", title: name, "aria-label": name, onClick };
      return h("button", { class: "button button--quiet button--icon", ...attributes }, icon(symbol));
    },
    renderActions() {
      const file = { href: this.src, download: fileName(this.alt, this.type) };
      const large = { href: this.src, target: "_blank", rel: "noopener noreferrer" };
      const name = { title: t("Open full size"), "aria-label": t("Open full size") };
      return h("div", { class: "picture__actions", role: "group", "aria-label": t("This picture") }, [
        this.isStored &&
          h("a", { class: "button", ...file }, [icon("download"), h("span", {}, t("Download"))]),
        this.isStored &&
          canCopyPictures() &&
          this.act(t("Copy picture"), "picture", () => copyPicture(this.src)),
        this.act(t("Copy prompt"), "copy", () => copyText(this.alt)),
        this.act(t("Use prompt again"), "again", () => usePrompt(this.alt)),
        h("a", { class: "button button--quiet button--icon", ...large, ...name }, icon("open")),
        this.act(t("Delete"), "bin", () => deletePicture(this.id)),
      ]);
    },
  },
  render() {
    const { width, height } = this.size();
    return h("div", { class: "finished", style: { "--ratio": width / height } }, [
      h("div", { class: "picture__room" }, this.renderPicture()),
      h("div", { class: "picture__foot" }, [
        h("p", { class: "picture__caption", dir: "auto", title: this.alt }, this.alt),
        this.renderActions(),
      ]),
    ]);
  },
};
