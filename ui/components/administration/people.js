// Everybody, with what they had made in the month: searched and sorted by the server, a page at a time.

import { h } from "vue";
import { call } from "easel/api.js";
import { attempts } from "easel/attempts.js";
import { day, dollars, whole } from "easel/format.js";
import { shownMonth } from "easel/months.js";
import { toast } from "easel/toast.js";
import { t } from "easel/words.js";

const PAGE = 25;
const TYPING_MS = 250;
const COLUMNS = [
  { name: t("Name"), sort: "name" },
  { name: t("E-mail"), sort: "email" },
  { name: t("Pictures"), sort: "generations", isNumber: true },
  { name: t("Failed"), sort: "failures", isNumber: true },
  { name: t("Spent"), sort: "spent", isNumber: true },
  { name: t("Last seen"), sort: "last_seen" },
];

export default {
  mixins: [attempts],
  data: () => ({ found: null, words: "", sort: "spent", isDescending: true, offset: 0, asked: null }),
  mounted() {
    this.attempt(() => this.read());
  },
  methods: {
    async read() {
      const query = new URLSearchParams({
        q: this.words,
        sort: this.sort,
        descending: this.isDescending,
        offset: this.offset,
        limit: PAGE,
      });
      const asked = String(query);
      this.asked = asked;
      const found = await call("GET", `/admin/months/${shownMonth()}/people?${asked}`);
      if (this.asked === asked) this.found = found; // the answer to what was asked last
    },
    show(changes) {
      Object.assign(this, { offset: 0 }, changes);
      this.attempt(() => this.read());
    },
    onInput(event) {
      const words = event.target.value;
      clearTimeout(this.typing);
      this.typing = setTimeout(() => this.show({ words }), TYPING_MS);
    },
    sortBy(column) {
      const isSame = this.sort === column.sort;
      const isDescending = isSame ? !this.isDescending : Boolean(column.isNumber);
      this.show({ sort: column.sort, isDescending });
    },
    act(person, act, said) {
      this.attempt(async () => {
        await call("POST", `/admin/people/${person.owner_id}/${act}`);
        this.asked = null;
        await this.read();
        this.$refs.title.focus(); // the button is gone
        toast(said);
        dispatchEvent(new Event("easel:acted"));
      });
    },
    renderHead(column) {
      const isSorted = this.sort === column.sort;
      const order = this.isDescending ? "descending" : "ascending";
      const mark = isSorted ? (this.isDescending ? " ↓" : " ↑") : "";
      const attributes = {
        scope: "col",
        class: { "is-number": column.isNumber },
        "aria-sort": isSorted ? order : null,
      };
      return h("th", attributes, [
        h("button", { type: "button", onClick: () => this.sortBy(column) }, column.name + mark),
      ]);
    },
    renderPerson(person) {
      const number = (value) => h("td", { class: "is-number" }, value);
      const name = person.is_deleted ? t("Deleted accounts") : person.name || t("Not signed in since");
      return h("tr", { key: person.owner_id }, [
        h("th", { scope: "row", class: "is-long" }, [
          name,
          person.blocked_at ? [" ", h("span", { class: "badge" }, t("blocked"))] : null,
        ]),
        h("td", { class: "is-long" }, person.email ?? ""),
        number(whole(person.generations)),
        number(whole(person.failures)),
        number(dollars(person.charged_usd + person.reserved_usd)),
        h("td", {}, person.last_seen_at ? day(person.last_seen_at) : ""),
        h("td", {}, person.is_deleted ? null : this.renderActs(person, name)),
      ]);
    },
    renderActs(person, name) {
      if (person.is_me) return null;
      const button = (text, onClick) => {
        const attributes = { class: "button", type: "button", disabled: this.isBusy, onClick };
        const label = t("{act}: {person}", { act: text, person: name });
        return h("button", { ...attributes, "aria-label": label }, text);
      };
      const acting = (act, said) => () => this.act(person, act, said);
      const ask = (asked) => () => {
        this.asked = asked;
      };
      if (person.blocked_at)
        return h(
          "div",
          { class: "table__acts" },
          button(t("Unblock"), acting("unblock", t("They may sign in again."))),
        );
      if (this.asked === person.owner_id)
        return h("div", { class: "table__acts" }, [
          h("span", { class: "small" }, t("Their API tokens go for good.")),
          button(t("Block now"), acting("block", t("Blocked: they are out, everywhere."))),
          button(t("Keep"), ask(null)),
        ]);
      return h("div", { class: "table__acts" }, [
        button(t("Sign out"), acting("end-sessions", t("Signed out everywhere."))),
        button(t("Block"), ask(person.owner_id)),
      ]);
    },
    renderTable(items) {
      const heads = [...COLUMNS.map(this.renderHead), h("td", {})];
      const label = { class: "table-frame", tabindex: 0, role: "group", "aria-label": t("Table of people") };
      return h("div", label, [
        h("table", { class: "table" }, [
          h("thead", {}, h("tr", {}, heads)),
          h("tbody", {}, items.map(this.renderPerson)),
        ]),
      ]);
    },
    placeOf(last, total) {
      if (!total) return t("Nobody is found.");
      const first = this.offset + 1;
      return t("{first} to {last} of {total}", {
        first: whole(first),
        last: whole(last),
        total: whole(total),
      });
    },
    renderPages({ total }) {
      const last = Math.min(this.offset + PAGE, total);
      const turn = (text, offset, isOff) =>
        h(
          "button",
          { class: "button", type: "button", disabled: isOff, onClick: () => this.show({ offset }) },
          text,
        );
      return h("div", { class: "pages" }, [
        h("p", { class: "small", role: "status" }, this.placeOf(last, total)),
        total > PAGE ? turn(t("Before"), this.offset - PAGE, this.offset === 0) : null,
        total > PAGE ? turn(t("Next"), this.offset + PAGE, last === total) : null,
      ]);
    },
  },
  render() {
    const search = { type: "search", name: "q", autocomplete: "off", onInput: this.onInput };
    return h("section", { class: "card stack", "aria-labelledby": "people-title" }, [
      h("div", { class: "head-with-controls" }, [
        h("h2", { id: "people-title", ref: "title", tabindex: -1 }, t("People")),
        h("label", { class: "field field--search" }, [
          h("span", { class: "field__label" }, t("Search name or e-mail")),
          h("input", search),
        ]),
      ]),
      this.renderProblem(),
      this.found ? this.renderTable(this.found.items) : null,
      this.found ? this.renderPages(this.found) : null,
    ]);
  },
};
