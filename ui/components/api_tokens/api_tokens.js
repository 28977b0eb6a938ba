// A person's API tokens: made, shown once with lines to paste, listed, and revoked.

import { h } from "vue";
import { call } from "easel/api.js";
import { attempts } from "easel/attempts.js";
import { day } from "easel/format.js";
import { icon } from "easel/icon.js";
import { curlLine, mayGenerate, pythonLines } from "easel/snippets.js";
import { toast } from "easel/toast.js";
import { t } from "easel/words.js";

const SCOPES = { generate: t("Make pictures and read them"), read: t("Read pictures only") };
const DAYS = { 7: t("A week"), 30: t("A month"), 90: t("Three months"), 365: t("A year") };

const MAKING = [t("A picture with curl"), t("A picture with Python (httpx)")];
const LISTING = [t("What there is with curl"), t("What there is with Python (httpx)")];

const optionsOf = (labels) => Object.entries(labels).map(([value, text]) => h("option", { value }, text));

export default {
  mixins: [attempts],
  props: { publicUrl: String },
  data: () => ({
    tokens: null, // null until they have come
    made: null, // the new one, with its text
    asked: null, // the id of the one that is about to be revoked
  }),
  mounted() {
    this.attempt(() => this.read());
  },
  methods: {
    async read() {
      this.tokens = (await call("GET", "/tokens")).items;
    },
    make(event) {
      event.preventDefault();
      const form = event.target;
      const { name, scope, days } = Object.fromEntries(new FormData(form));
      this.attempt(async () => {
        this.made = await call("POST", "/tokens", { name, scopes: [scope], expires_in_days: Number(days) });
        form.reset();
        await this.read();
      });
    },
    revoke(id) {
      this.attempt(async () => {
        await call("POST", `/tokens/${id}/revoke`);
        if (this.made?.id === id) this.made = null;
        await this.read();
        toast(t("Revoked: it is worthless from now on."));
      });
      this.asked = null;
    },
    async copy(text) {
      await navigator.clipboard.writeText(text);
      toast(t("Copied"));
    },
    renderForm() {
      return h("form", { class: "token-form", onSubmit: this.make }, [
        this.renderField(
          t("Name"),
          h("input", { name: "name", required: true, maxlength: 100, autocomplete: "off" }),
        ),
        this.renderField(t("It may"), h("select", { name: "scope" }, optionsOf(SCOPES))),
        this.renderField(t("It lives for"), h("select", { name: "days", value: "90" }, optionsOf(DAYS))),
        h("button", { class: "button button--primary", disabled: this.isBusy }, t("Make a token")),
      ]);
    },
    renderField(label, control) {
      return h("label", { class: "field" }, [h("span", { class: "field__label" }, label), control]);
    },
    renderMade() {
      const [byCurl, byPython] = mayGenerate(this.made) ? MAKING : LISTING;
      return h("div", { class: "token-made", role: "status" }, [
        h("p", {}, t("Copy it now: nobody, Easel included, can show it again.")),
        this.renderSnippet(t("The token"), this.made.token),
        this.renderSnippet(byCurl, curlLine(this.publicUrl, this.made)),
        this.renderSnippet(byPython, pythonLines(this.publicUrl, this.made)),
      ]);
    },
    renderSnippet(label, text) {
      const copy = {
        class: "button button--quiet button--icon",
        type: "button",
        title: t("Copy"),
        "aria-label": t("Copy: {what}", { what: label }),
        onClick: () => this.copy(text),
      };
      return h("figure", { class: "snippet" }, [
        h("figcaption", { class: "snippet__head" }, [h("span", {}, label), h("button", copy, icon("copy"))]),
        h("pre", { tabindex: 0, dir: "ltr" }, h("code", {}, text)),
      ]);
    },
    renderToken(token) {
      const used = token.last_used_at
        ? t("Last used on {day}", { day: day(token.last_used_at) })
        : t("Not used yet");
      const ends = t("Ends on {day}", { day: day(token.expires_at) });
      const facts = [SCOPES[token.scopes[0]], used, ends].join(" · ");
      return h("li", { class: "list__item", key: token.id }, [
        h("div", { class: "list__what" }, [h("strong", {}, token.name), h("p", { class: "small" }, facts)]),
        this.asked === token.id ? this.renderQuestion(token) : this.renderRevoke(token),
      ]);
    },
    renderRevoke(token) {
      const ask = () => {
        this.asked = token.id;
      };
      return h(
        "button",
        {
          class: "button",
          type: "button",
          "aria-label": t("Revoke {name}", { name: token.name }),
          onClick: ask,
        },
        t("Revoke"),
      );
    },
    renderQuestion(token) {
      const keep = () => {
        this.asked = null;
      };
      return h("div", { class: "token__question" }, [
        h("span", {}, t("For good?")),
        h(
          "button",
          { class: "button button--primary", type: "button", onClick: () => this.revoke(token.id) },
          t("Revoke"),
        ),
        h("button", { class: "button", type: "button", onClick: keep }, t("Keep")),
      ]);
    },
    renderList() {
      if (this.tokens === null) return null;
      if (!this.tokens.length) return h("p", { class: "small" }, t("There are none yet."));
      return h("ul", { class: "list" }, this.tokens.map(this.renderToken));
    },
  },
  render() {
    return h("section", { class: "card stack", "aria-labelledby": "tokens-title" }, [
      h("h2", { id: "tokens-title" }, t("API tokens")),
      h(
        "p",
        { class: "lead" },
        t("With a token a program makes pictures as you. Whoever has it can do the same."),
      ),
      this.renderForm(),
      this.renderProblem(),
      this.made ? this.renderMade() : null,
      this.renderList(),
    ]);
  },
};
