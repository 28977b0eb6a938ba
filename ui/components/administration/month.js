// A month: what it has cost by day, the budget and the limits, and the switch that stops new generations.

import { h } from "vue";
import { call } from "easel/api.js";
import { attempts } from "easel/attempts.js";
import { fact } from "easel/facts.js";
import { dollars, whole } from "easel/format.js";
import { shifted, shownMonth, thisMonth, titleOf } from "easel/months.js";
import SpendingPlot from "easel/spending_plot.js";
import { t } from "easel/words.js";

const FIRST = "2026-01"; // before that there was no Easel

const total = (days, name) => days.reduce((sum, day) => sum + day[name], 0);

export default {
  mixins: [attempts],
  data: () => ({ month: shownMonth(), found: null }),
  mounted() {
    this.attempt(() => this.read());
  },
  methods: {
    async read() {
      this.found = await call("GET", `/admin/months/${this.month}`);
    },
    turn(act) {
      this.attempt(async () => {
        await call("POST", `/admin/${act}`);
        await this.read();
        dispatchEvent(new Event("easel:acted"));
      });
    },
    renderTurnPages() {
      const to = (by, text) =>
        h("a", { class: "button", href: `/admin?month=${shifted(this.month, by)}` }, text);
      return h("div", { class: "row-of-controls" }, [
        this.month > FIRST ? to(-1, t("Month before")) : null,
        this.month < thisMonth() ? to(1, t("Month after")) : null,
        h(
          "a",
          { class: "button", href: `/api/v1/admin/months/${this.month}/people.csv`, download: "" },
          t("Download as CSV"),
        ),
      ]);
    },
    renderFigures({ days, charged_usd, reserved_usd, left_usd }) {
      const facts = [
        fact(t("Pictures"), whole(total(days, "generations"))),
        fact(t("Failed"), whole(total(days, "failures"))),
        fact(t("Spent"), dollars(charged_usd + reserved_usd)),
        fact(t("Of that not settled"), dollars(reserved_usd)),
      ];
      if (left_usd !== null && this.month === thisMonth())
        facts.push(fact(t("Left of the budget"), dollars(left_usd)));
      return h("dl", { class: "facts" }, facts);
    },
    renderLimits({ limits }) {
      const model = [limits.model, limits.quality].filter(Boolean).join(", ");
      const facts = [
        fact(t("Model"), model),
        fact(t("A picture costs"), limits.price_usd === null ? t("not known") : dollars(limits.price_usd)),
        fact(
          t("A person's day"),
          limits.generations_per_day === null ? t("no limit") : whole(limits.generations_per_day),
        ),
        fact(t("Everybody's month"), limits.budget_usd === null ? t("no limit") : dollars(limits.budget_usd)),
      ];
      return h("section", { class: "card stack", "aria-labelledby": "limits-title" }, [
        h("h2", { id: "limits-title" }, t("The limits in force")),
        h("dl", { class: "facts facts--words" }, facts),
        this.renderSwitch(),
      ]);
    },
    renderSwitch() {
      const { is_paused } = this.found;
      const attributes = {
        class: ["button", { "button--primary": is_paused }],
        type: "button",
        disabled: this.isBusy,
        onClick: () => this.turn(is_paused ? "resume" : "pause"),
      };
      return h("div", { class: "switch" }, [
        h(
          "p",
          { role: "status" },
          is_paused ? t("New pictures are paused for everybody.") : t("New pictures are allowed."),
        ),
        h("button", attributes, is_paused ? t("Resume") : t("Pause new pictures")),
      ]);
    },
  },
  render() {
    return h("div", { class: "stack--wide" }, [
      h("section", { class: "card stack", "aria-labelledby": "month-title" }, [
        h("div", { class: "head-with-controls" }, [
          h("h2", { id: "month-title" }, titleOf(this.month)),
          this.renderTurnPages(),
        ]),
        this.renderProblem(),
        this.found ? this.renderFigures(this.found) : null,
        this.found ? h(SpendingPlot, { days: this.found.days }) : null,
      ]),
      this.found ? this.renderLimits(this.found) : null,
    ]);
  },
};
