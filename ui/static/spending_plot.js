// The spending of a month by day as bars: plain SVG, drawn in the theme's colours, with the numbers in a table.

import { h } from "vue";
import { dollars, whole } from "easel/format.js";
import { t, tn } from "easel/words.js";

const WIDTH = 620;
const HEIGHT = 160;
const FOOT = 18;

const spent = (day) => day.charged_usd + day.reserved_usd;
const dateOf = (day) => Number(day.day.slice(8));

// Bars of what was charged, and above each of what may still be. Without any price the pictures are counted.
export default {
  props: { days: Array },
  computed: {
    hasPrices() {
      return this.days.some((day) => spent(day) > 0);
    },
    most() {
      const values = this.days.map((day) => (this.hasPrices ? spent(day) : day.generations));
      return Math.max(...values, this.hasPrices ? 0.01 : 1);
    },
  },
  methods: {
    heightOf(value) {
      return (value / this.most) * (HEIGHT - FOOT);
    },
    labelOf(day) {
      return tn("{day}: one picture, {spent}", "{day}: {n} pictures, {spent}", day.generations, {
        day: day.day,
        spent: dollars(spent(day)),
      });
    },
    renderDay(day, index) {
      const step = WIDTH / this.days.length;
      const charged = this.heightOf(this.hasPrices ? day.charged_usd : day.generations);
      const reserved = this.hasPrices ? this.heightOf(day.reserved_usd) : 0;
      const bar = (classes, y, height) =>
        h("rect", { class: classes, x: index * step + 1, y, width: step - 2, height, rx: 2 });
      const base = HEIGHT - FOOT;
      const date = dateOf(day);
      return h("g", { key: day.day }, [
        h("title", {}, this.labelOf(day)),
        h("rect", { class: "plot__room", x: index * step, y: 0, width: step, height: base }),
        bar("plot__charged", base - charged, charged),
        bar("plot__reserved", base - charged - reserved, reserved),
        date === 1 || date % 5 === 0
          ? h(
              "text",
              {
                class: ["plot__date", { "is-odd": date % 10 === 5 }],
                x: (index + 0.5) * step,
                y: HEIGHT - 3,
              },
              String(date),
            )
          : null,
      ]);
    },
    renderLegend() {
      const entry = (name, text) => h("li", {}, [h("span", { class: `legend__${name}` }), text]);
      return h("ul", { class: "legend" }, [
        entry("charged", t("charged")),
        entry("reserved", t("not settled yet")),
      ]);
    },
    renderTable() {
      const cell = (value) => h("td", { class: "is-number" }, value);
      const rows = this.days
        .filter((day) => day.generations)
        .map((day) =>
          h("tr", { key: day.day }, [
            h("th", { scope: "row" }, day.day),
            cell(whole(day.generations)),
            cell(whole(day.failures)),
            cell(dollars(day.charged_usd)),
            cell(dollars(day.reserved_usd)),
          ]),
        );
      const heads = [t("Day (UTC)"), t("Pictures"), t("Failed"), t("Charged"), t("Not settled")];
      return h("details", { class: "plot__table" }, [
        h("summary", {}, t("The same as a table")),
        h("div", { class: "table-frame", tabindex: 0, role: "region", "aria-label": t("The month by day") }, [
          h("table", { class: "table" }, [
            h(
              "thead",
              {},
              h(
                "tr",
                {},
                heads.map((head, at) => h("th", { scope: "col", class: { "is-number": at } }, head)),
              ),
            ),
            h("tbody", {}, rows),
          ]),
        ]),
      ]);
    },
  },
  render() {
    const most = this.hasPrices ? dollars(this.most) : whole(this.most);
    const what = this.hasPrices
      ? t("Spending by day (UTC); the highest is {most}", { most })
      : t("Pictures by day (UTC); the highest is {most}", { most });
    return h("div", { class: "plot" }, [
      h("div", { class: "plot__head" }, [
        h("p", { class: "small" }, what),
        this.hasPrices ? this.renderLegend() : null,
      ]),
      h(
        "svg",
        {
          viewBox: `0 0 ${WIDTH} ${HEIGHT}`,
          role: "img",
          "aria-label": what,
        },
        this.days.map(this.renderDay),
      ),
      this.renderTable(),
    ]);
  },
};
