// What was done: by whom, to whom, when and from where, the newest first.

import { h } from "vue";
import { call } from "easel/api.js";
import { attempts } from "easel/attempts.js";
import { moment } from "easel/format.js";
import { t } from "easel/words.js";

const PAGE = 50;
const WORDS = {
  signed_in: t("Signed in"),
  sign_in_not_admitted: t("Sign-in refused: not admitted"),
  sign_in_blocked: t("Sign-in refused: blocked"),
  token_made: t("Made an API token"),
  token_revoked: t("Revoked an API token"),
  exported: t("Exported their account"),
  account_deleted: t("Deleted their account"),
  paused: t("Paused new pictures"),
  resumed: t("Resumed new pictures"),
  blocked: t("Blocked"),
  unblocked: t("Unblocked"),
  sessions_ended: t("Signed out"),
};
// The same where it is known to whom it was done.
const WORDS_OF_PEOPLE = {
  sign_in_not_admitted: (person) => t("Sign-in refused, not admitted: {person}", { person }),
  blocked: (person) => t("Blocked: {person}", { person }),
  unblocked: (person) => t("Unblocked: {person}", { person }),
  sessions_ended: (person) => t("Signed out: {person}", { person }),
};

export default {
  mixins: [attempts],
  data: () => ({ rows: [], hasMore: false }),
  mounted() {
    addEventListener("easel:acted", this.begin);
    this.begin();
  },
  unmounted() {
    removeEventListener("easel:acted", this.begin);
  },
  methods: {
    begin() {
      this.attempt(() => this.read([]));
    },
    async read(rows) {
      const before = rows.length ? `?before=${rows.at(-1).id}` : "";
      const { items } = await call("GET", `/admin/audit${before}`);
      this.rows = [...rows, ...items];
      this.hasMore = items.length === PAGE;
    },
    whatOf(row) {
      if (row.act === "month_downloaded") return t("Downloaded the month {month}", { month: row.target });
      if (!row.target || !WORDS_OF_PEOPLE[row.act]) return WORDS[row.act] ?? row.act;
      return WORDS_OF_PEOPLE[row.act](row.target_name || row.target);
    },
    renderRow(row) {
      const who = row.actor_name || row.actor || "";
      const cells = [moment(row.at), who, this.whatOf(row), row.address ?? "", row.request_id];
      return h(
        "tr",
        { key: row.id },
        cells.map((cell) => h("td", {}, cell)),
      );
    },
    renderTable() {
      const heads = [t("When"), t("Who"), t("What"), t("From"), t("Request")].map((head) =>
        h("th", { scope: "col" }, head),
      );
      const label = { class: "table-frame", tabindex: 0, role: "group", "aria-label": t("Table of acts") };
      return h("div", label, [
        h("table", { class: "table" }, [
          h("thead", {}, h("tr", {}, heads)),
          h("tbody", {}, this.rows.map(this.renderRow)),
        ]),
      ]);
    },
  },
  render() {
    const more = {
      class: "button",
      type: "button",
      disabled: this.isBusy,
      onClick: () => this.attempt(() => this.read(this.rows)),
    };
    return h("section", { class: "card stack", "aria-labelledby": "audit-title" }, [
      h("h2", { id: "audit-title" }, t("What was done")),
      this.renderProblem(),
      this.renderTable(),
      this.hasMore ? h("div", {}, h("button", more, t("Older"))) : null,
    ]);
  },
};
