// What was done: by whom, to whom, when and from where, the newest first.

import { h } from "vue";
import { call } from "easel/api.js";
import { attempts } from "easel/attempts.js";
import { moment } from "easel/format.js";

const PAGE = 50;
const WORDS = {
  signed_in: "Signed in",
  sign_in_not_admitted: "Sign-in refused: not admitted",
  sign_in_blocked: "Sign-in refused: blocked",
  token_made: "Made an API token",
  token_revoked: "Revoked an API token",
  exported: "Exported their account",
  account_deleted: "Deleted their account",
  paused: "Paused new pictures",
  resumed: "Resumed new pictures",
  blocked: "Blocked",
  unblocked: "Unblocked",
  sessions_ended: "Signed out",
  month_downloaded: "Downloaded the month",
};
const OF_PEOPLE = ["blocked", "unblocked", "sessions_ended", "sign_in_not_admitted"];

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
      const act = WORDS[row.act] ?? row.act;
      if (OF_PEOPLE.includes(row.act) && row.target) return `${act}: ${row.target_name || row.target}`;
      return row.act === "month_downloaded" ? `${act} ${row.target}` : act;
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
      const heads = ["When", "Who", "What", "From", "Request"].map((head) => h("th", { scope: "col" }, head));
      const label = { class: "table-frame", tabindex: 0, role: "group", "aria-label": "Table of acts" };
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
      h("h2", { id: "audit-title" }, "What was done"),
      this.renderProblem(),
      this.renderTable(),
      this.hasMore ? h("div", {}, h("button", more, "Older")) : null,
    ]);
  },
};
