// A figure and what it is of, in a list of such.

import { h } from "vue";

export const fact = (name, value) => h("div", { class: "fact" }, [h("dt", {}, name), h("dd", {}, value)]);
