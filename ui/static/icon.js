// The icons, inline; `ui/icons.py` has their markup.

import { h } from "vue";
import { svg } from "easel/icons.js";

export const icon = (name) => h("span", { class: "icon", innerHTML: svg[name] });
