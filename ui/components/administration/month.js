// A month: what it has cost by day, the budget and the limits, and the switch that stops new generations.

import { h } from "vue";
import { call } from "easel/api.js";
import { attempts } from "easel/attempts.js";
import { fact } from "easel/facts.js";
import { dollars, whole } from "easel/format.js";
import { shifted, shownMonth, thisMonth, titleOf } from "easel/months.js";
import SpendingPlot from "easel/spending_plot.js";

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
        this.month > FIRST ? to(-1, "Month before") : null,
        this.month < thisMonth() ? to(1, "Month after") : null,
        h(
          "a",
          { class: "button", href: `/api/v1/admin/months/${this.month}/people.csv`, download: "" },
          "Download as CSV",
        ),
      ]);
    },
    renderFigures({ days, charged_usd, reserved_usd, left_usd }) {
      const facts = [
        fact("Pictures", whole(total(days, "generations"))),
        fact("Failed", whole(total(days, "failures"))),
        fact("Spent", dollars(charged_usd + reserved_usd)),
        fact("Of that not settled", dollars(reserved_usd)),
      ];
      if (left_usd !== null && this.month === thisMonth())
        facts.push(fact("Left of the budget", dollars(left_usd)));
      return h("dl", { class: "facts" }, facts);
    },
    renderLimits({ limits }) {
      const model = [limits.model, limits.quality].filter(Boolean).join(", ");
      const facts = [
        fact("Model", model),
        fact("A picture costs", limits.price_usd === null ? "not known" : dollars(limits.price_usd)),
        fact(
          "A person's day",
          limits.generations_per_day === null ? "no limit" : whole(limits.generations_per_day),
        ),
        fact("Everybody's month", limits.budget_usd === null ? "no limit" : dollars(limits.budget_usd)),
      ];
      return h("section", { class: "card stack", "aria-labelledby": "limits-title" }, [
        h("h2", { id: "limits-title" }, "The limits in force"),
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
          is_paused ? "New pictures are paused for everybody." : "New pictures are allowed.",
        ),
        h("button", attributes, is_paused ? "Resume" : "Pause new pictures"),
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
