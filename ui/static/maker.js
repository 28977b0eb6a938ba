// What makes a picture: the model, without its owner, and the quality that is asked of it.

import { t } from "easel/words.js";

const QUALITIES = { low: t("low"), medium: t("medium"), high: t("high") };

export const makerOf = ({ model, quality }) =>
  [model?.replace(/^.*\//, ""), QUALITIES[quality] ?? quality].filter(Boolean).join(" · ");
